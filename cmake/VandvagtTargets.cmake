# Targets of this project: one static library per folder with declared edges, tests with labels.

add_library(vandvagt_warnings INTERFACE)
add_library(vandvagt::warnings ALIAS vandvagt_warnings)
target_compile_options(vandvagt_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
# g++ 12 takes "text" + string for an overlapping copy (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(vandvagt_warnings INTERFACE -Wno-restrict)
endif()

# What every translation unit is built with. Contraction to fused multiply-add is off everywhere, so
# that the same run gives the same bits on every machine and with every vector width.
add_library(vandvagt_build INTERFACE)
add_library(vandvagt::build ALIAS vandvagt_build)
target_compile_options(vandvagt_build INTERFACE -ffp-contract=off)
if(VANDVAGT_SANITIZE)
  target_compile_options(vandvagt_build INTERFACE
    -fsanitize=${VANDVAGT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(vandvagt_build INTERFACE -fsanitize=${VANDVAGT_SANITIZE})
endif()

# vandvagt_module(NAME grids SOURCES a.cpp b.cpp PUBLIC vandvagt::core PRIVATE GDAL::GDAL)
function(vandvagt_module)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(vandvagt_${ARG_NAME} STATIC ${ARG_SOURCES})
  add_library(vandvagt::${ARG_NAME} ALIAS vandvagt_${ARG_NAME})
  target_include_directories(vandvagt_${ARG_NAME} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(vandvagt_${ARG_NAME}
    PUBLIC vandvagt::build ${ARG_PUBLIC} PRIVATE vandvagt::warnings ${ARG_PRIVATE})
endfunction()

# vandvagt_test(NAME core SOURCES test_time.cpp LINKS vandvagt::core LABELS unit [TIMEOUT seconds])
# One executable; each of its test cases is a ctest test of its own, so they run side by side. ctest
# takes two tests of one name for one, whose label is the last one's; those of the night, often the
# same case as in the day and longer, get a name of their own.
function(vandvagt_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(test_${ARG_NAME} ${ARG_SOURCES})
  set_target_properties(test_${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(test_${ARG_NAME}
    PRIVATE vandvagt::test_support vandvagt::warnings ${ARG_LINKS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(test_${ARG_NAME} PRIVATE
    VANDVAGT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" VANDVAGT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set(prefix "")
  if("nightly" IN_LIST ARG_LABELS)
    set(prefix "Nightly/")
  endif()
  gtest_discover_tests(test_${ARG_NAME} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${prefix}"
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
