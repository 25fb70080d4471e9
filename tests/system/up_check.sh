#!/bin/bash
# What the README leads with: the whole demonstration, an exercise and an
# actual alert on all four channels.
cd "$(dirname "$0")/../.." && exec service/up --check
