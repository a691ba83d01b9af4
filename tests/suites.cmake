# SPDX-License-Identifier: Apache-2.0
# Suites that run the built program, and checks of the tree itself.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_test(NAME tree COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tree.py)

find_program(CLANG_FORMAT clang-format)
if(CLANG_FORMAT)
    file(GLOB_RECURSE formatted CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.c
        ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/src/*.cc ${CMAKE_SOURCE_DIR}/tools/*.[ch]
        ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
    add_test(NAME format COMMAND ${CLANG_FORMAT} --dry-run -Werror ${formatted})
endif()

file(GLOB case_groups CONFIGURE_DEPENDS cases/*/)
foreach(group IN LISTS case_groups ITEMS ${CMAKE_CURRENT_SOURCE_DIR}/cli)
    get_filename_component(name ${group} NAME)
    add_test(NAME cases_${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/run_cases.py
        --tidegate $<TARGET_FILE:tidegate> ${group})
endforeach()

add_test(NAME catalogue COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/catalogue.py
    --tidegate $<TARGET_FILE:tidegate>)

# What the README tells people to type, and what it shows.
add_test(NAME readme COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/readme.py
    --tidegate $<TARGET_FILE:tidegate>)

# The examples of all rules that come with the program.
add_test(NAME rules COMMAND tidegate rules test)
set_tests_properties(rules PROPERTIES WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})

# Checks of other tools lead to rules that there are.
add_test(NAME mapping COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/mapping.py
    --tidegate $<TARGET_FILE:tidegate>)

# Seeded random changes: what is read for a change is enough.
add_test(NAME equivalence COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/equivalence.py --tidegate $<TARGET_FILE:tidegate>)

# What real API servers answered to the same manifests.
add_test(NAME fidelity COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/fidelity/score.py
    --tidegate $<TARGET_FILE:tidegate> --check)

# The same under admission policies.
add_test(NAME policies COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/policies/score.py
    --tidegate $<TARGET_FILE:tidegate> --check)

# What control planes warn of in the types of policies.
add_test(NAME policy_types COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/policies/score_typed.py --tidegate $<TARGET_FILE:tidegate> --check)

# What mutating policies make of objects.
add_executable(mutated policies/mutated.c)
target_link_libraries(mutated PRIVATE room_policy tidegate_flags)
add_test(NAME mutations COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/policies/score_mutations.py --mutated $<TARGET_FILE:mutated> --check)

# The objects that real API servers fill in, and ours.
add_executable(defaulted defaults/defaulted.c)
target_link_libraries(defaulted PRIVATE room_admit tidegate_flags)
add_test(NAME defaults COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/defaults/check.py
    --defaulted $<TARGET_FILE:defaulted>)

# Drives the room `cluster` for the tests in cluster/, which need a server.
add_executable(cluster_client cluster/client_driver.c cluster/client_calls.c
    cluster/client_dry_run.c)
target_include_directories(cluster_client PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/cluster)
target_link_libraries(cluster_client PRIVATE room_plan tidegate_flags)

# Asks the room `apply` what would change, for cluster/test_owned.py.
add_executable(owned_driver cluster/owned_driver.c)
target_link_libraries(owned_driver PRIVATE room_apply tidegate_flags)

# Waits for the health of objects, for cluster/test_wait.py.
add_executable(wait_driver cluster/wait_driver.c)
target_link_libraries(wait_driver PRIVATE room_apply tidegate_flags)

# Plans sets, for cluster/test_apply_plan.py.
add_executable(plan_driver cluster/plan_driver.c)
target_link_libraries(plan_driver PRIVATE room_apply tidegate_flags)

# The expression language's own conformance tests.
foreach(suite conformance recorded)
    file(GLOB cel_sources CONFIGURE_DEPENDS cel/${suite}*.c)
    add_executable(cel_${suite} ${cel_sources})
    target_include_directories(cel_${suite} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(cel_${suite} PRIVATE room_cel tidegate_flags)
endforeach()
add_test(NAME cel_conformance COMMAND cel_conformance ${CMAKE_SOURCE_DIR}/../shared
    ${CMAKE_CURRENT_SOURCE_DIR}/cel/deviations.txt)
file(GLOB cel_recorded CONFIGURE_DEPENDS cel/recorded/*.json)
add_test(NAME cel_recorded COMMAND cel_recorded ${cel_recorded})

# Fuzz targets: with libFuzzer in the fuzz preset, elsewhere a program that replays the corpus.
file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/fuzz_*.c)
add_custom_target(fuzzers)
foreach(source IN LISTS fuzz_sources)
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE fuzz_ "" topic ${name})
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE room_gate room_cel room_cluster room_host tidegate_flags)
    add_dependencies(fuzzers ${name})
    if(TIDEGATE_FUZZ)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${name} PRIVATE fuzz/replay.c)
        add_test(NAME ${name} COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${topic})
    endif()
endforeach()

# Deployments of GitHub, which the sync tells: for tests/github/test_deployments.py.
add_executable(deploy_driver github/deploy_driver.c)
target_link_libraries(deploy_driver PRIVATE room_host tidegate_flags)

# What the sync tells a forge, beside its work: for tests/github/test_feedback.py.
add_executable(feedback_driver github/feedback_driver.c)
target_link_libraries(feedback_driver PRIVATE room_sync tidegate_flags)

# Kubernetes Events as the sync tells them: for tests/cluster/test_events.py.
add_executable(events_driver cluster/events_driver.c)
target_link_libraries(events_driver PRIVATE room_sync tidegate_flags)

# Rollbacks in the records of sets: for tests/cluster/test_rollback.py.
add_executable(rollback_driver cluster/rollback_driver.c)
target_link_libraries(rollback_driver PRIVATE room_sync tidegate_flags)

# The health of live objects, as kstatus sees it.
add_executable(health_driver health/health_driver.c)
target_link_libraries(health_driver PRIVATE room_apply tidegate_flags)
add_test(NAME health COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/health/check.py
    --driver $<TARGET_FILE:health_driver>)

# Drives the room `remote` for the tests in remote/, against real servers of git.
add_executable(remote_driver remote/remote_driver.c)
target_link_libraries(remote_driver PRIVATE room_remote room_doc tidegate_flags)

# Decrypts for tests/render.
add_executable(sops_driver render/sops_driver.c)
target_link_libraries(sops_driver PRIVATE room_render tidegate_flags)
