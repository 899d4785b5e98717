#!/usr/bin/env bash
# Builds the fuzzers and runs each of them for a while, from the corpora in this folder.
#
#   SECONDS_EACH=60 Fuzzers/run.sh                      all targets
#   SECONDS_EACH=600 Fuzzers/run.sh card-script apdu    some
#   SANITIZERS=fuzzer Fuzzers/run.sh                    without AddressSanitizer, several times as fast
#   SEED=1 Fuzzers/run.sh                               the same inputs each time, as far as the time goes
#
# What a fuzzer finds stays in .build-fuzz/found; an input that breaks a rule is copied beside the seeds by hand, under
# a name of its own, and `swift test --filter FuzzTargetsTests` replays it from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${SECONDS_EACH:-20}"
sanitizers="${SANITIZERS:-fuzzer,address}"
scratch=.build-fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for folder in Fuzzers/Corpora/*/; do targets+=("$(basename "$folder")"); done
fi

# gold does not read the debug information of these objects; lld does.
SENESCHAL_FUZZ=1 "${SWIFT:-swift}" build --scratch-path "$scratch" --configuration release --product fuzzers \
    -Xswiftc "-sanitize=$sanitizers" -Xswiftc -use-ld=lld

# A crash must not wait for a debugger, and the same input must take the same way.
export SWIFT_BACKTRACE=enable=no SWIFT_DETERMINISTIC_HASHING=1
failed=0
for target in "${targets[@]}"; do
    found="$scratch/found/$target"
    mkdir -p "$found"
    status=0
    SENESCHAL_FUZZ_TARGET="$target" timeout $((seconds + 120)) "$scratch/release/fuzzers" \
        ${SEED:+-seed="$SEED"} -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$found-" "$found" "Fuzzers/Corpora/$target" >"$found.log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")
    coverage=$(sed -n 's/.*DONE *cov: *\([0-9]*\).*/\1/p' "$found.log")
    if [ "$status" -eq 0 ]; then
        printf '%-18s %10s runs  %6s edges\n' "$target" "$runs" "$coverage"
    else
        failed=1
        printf '%-18s FAILED after %s runs:\n' "$target" "${runs:-0}"
        grep -E '[Ff]atal error|ERROR|SUMMARY|Test unit written' "$found.log" | sed 's/^/    /'
    fi
done
exit "$failed"
