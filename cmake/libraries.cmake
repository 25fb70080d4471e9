# What Debian gives us. Which room may use which: service/DECISIONS.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(lib IN ITEMS
        uv=libuv curl=libcurl jansson=jansson mosquitto=libmosquitto
        sqlite=sqlite3 microhttpd=libmicrohttpd sodium=libsodium oath=liboath
        inih=inih cairo=cairo pango=pangocairo jpeg=libjpeg
        utf8proc=libutf8proc qrencode=libqrencode zlib=zlib systemd=libsystemd)
    string(REPLACE "=" ";" pair ${lib})
    list(GET pair 0 name)
    list(GET pair 1 module)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()
