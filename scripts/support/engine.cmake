# Included by CMake after each project() of llama.cpp (CMAKE_PROJECT_INCLUDE). It shortens the build where that costs nothing at run time: the kernels of
# ggml keep -O3; what runs for each token or each byte of a prompt takes -O2; what reads models, arguments, requests and templates takes -O1. Headers that
# most files of a target read are compiled once.

if(NOT CMAKE_CURRENT_SOURCE_DIR STREQUAL CMAKE_SOURCE_DIR)
    return()
endif()

# Runs when all targets exist. Of several -O options the last counts, and a file's own come after those of its target.
function(roost_shorten_build)
    foreach(target llama llama-common llama-common-base cpp-httplib mtmd server-context llama-server-impl llama-server llama-quantize-impl llama-quantize)
        if(TARGET ${target})
            target_compile_options(${target} PRIVATE -O1)
        endif()
    endforeach()
    # A precompiled header belongs to one level: GCC 12 crashes on it at another.
    foreach(file llama-batch llama-context llama-grammar llama-kv-cache llama-sampler llama-vocab unicode)
        set_source_files_properties(
            ${CMAKE_SOURCE_DIR}/src/${file}.cpp TARGET_DIRECTORY llama PROPERTIES COMPILE_OPTIONS -O2 SKIP_PRECOMPILE_HEADERS ON)
    endforeach()
    set(headers <algorithm> <functional> <map> <regex> <set> <sstream> <string> <unordered_map> <vector>)
    target_precompile_headers(llama PRIVATE ${headers})
    target_precompile_headers(mtmd PRIVATE ${headers})
    foreach(target llama-common server-context llama-server-impl)
        target_precompile_headers(${target} PRIVATE <nlohmann/json.hpp> ${headers})
    endforeach()
endfunction()

cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL roost_shorten_build)
