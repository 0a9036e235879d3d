wrk.method = "POST"
wrk.body = '{"model":"fake-model","messages":[{"role":"user","content":"Say something short, please: one sentence will do."}]}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
