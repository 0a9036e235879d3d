using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Cli.Demo;

/// <summary>
/// A small, real agent loop: asks the model over its real wire format, carries out the tools it is told to, sends the results
/// back. It has no guard of its own and does whatever the model says; so whatever is stopped, Bartizan stopped it.
/// </summary>
internal static class DemoAgent
{
    /// <summary>Rounds before the loop gives up: more than any act list has.</summary>
    private const int MaxRounds = 32;

    /// <summary>Runs the loop; prints one line of JSON a tool result: <c>{tool, ok, observed}</c>.</summary>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var messages = new JsonArray
        {
            User(
                new JsonArray
                {
                    new JsonObject { ["type"] = "text", ["text"] = "Read notes.md and write summary.txt." },
                }
            ),
        };
        for (var round = 0; round < MaxRounds; round++)
        {
            var answer = await AskAsync(messages, cancellationToken);
            var content = answer["content"]!.AsArray();
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = content.DeepClone() });
            var calls = content.Where(c => c!["type"]!.GetValue<string>() == "tool_use").ToList();
            if (calls.Count == 0)
            {
                return ExitCode.Done;
            }

            var results = new JsonArray();
            foreach (var call in calls)
            {
                var tool = call!["name"]!.GetValue<string>();
                var (ok, observed) = await CarryOutAsync(tool, call["input"]!.AsObject(), cancellationToken);
                Console.WriteLine(
                    new JsonObject
                    {
                        ["tool"] = tool,
                        ["ok"] = ok,
                        ["observed"] = observed,
                    }.ToJsonString()
                );
                results.Add(
                    new JsonObject
                    {
                        ["type"] = "tool_result",
                        ["tool_use_id"] = call["id"]!.DeepClone(),
                        ["is_error"] = !ok,
                        ["content"] = observed,
                    }
                );
            }

            messages.Add(User(results));
        }

        return ExitCode.No;
    }

    private static JsonObject User(JsonArray content) => new() { ["role"] = "user", ["content"] = content };

    private static async Task<JsonNode> AskAsync(JsonArray messages, CancellationToken cancellationToken)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Variable("ANTHROPIC_BASE_URL")}/v1/messages");
        request.Headers.Add("x-api-key", Variable("ANTHROPIC_API_KEY"));
        request.Headers.Add("anthropic-version", "2023-06-01");
        var body = new JsonObject
        {
            ["model"] = "demo-model",
            ["max_tokens"] = 500,
            ["messages"] = messages.DeepClone(),
        };
        request.Content = JsonContent.Create(body);
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new IOException($"the model answered {(int)response.StatusCode}: {text}");
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private static async Task<(bool Ok, string Observed)> CarryOutAsync(
        string tool,
        JsonObject input,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (
                true,
                await (
                    tool switch
                    {
                        "read" => File.ReadAllTextAsync(Text("path"), cancellationToken),
                        "write" => WriteAsync(Text("path"), Text("content"), cancellationToken),
                        "post" => PostAsync(Text("url"), Text("body"), cancellationToken),
                        "lookup" => LookupAsync(Text("name"), cancellationToken),
                        "run" => RunAsync(Text("command"), cancellationToken),
                        _ => throw new IOException($"there is no tool `{tool}`"),
                    }
                )
            );
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or HttpRequestException
                        or System.Net.Sockets.SocketException
            )
        {
            return (false, e.Message);
        }

        string Text(string name) => Environment.ExpandEnvironmentVariables(input[name]!.GetValue<string>());
    }

    private static async Task<string> WriteAsync(string path, string content, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(path, content, cancellationToken);
        return $"wrote {path}";
    }

    private static async Task<string> PostAsync(string url, string body, CancellationToken cancellationToken)
    {
        // The proxy variables, as every HTTP client reads them.
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "text/plain"),
        };
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? $"{(int)response.StatusCode} {text}"
            : throw new IOException($"{(int)response.StatusCode} {text.ReplaceLineEndings(" ").Trim()}");
    }

    private static async Task<string> LookupAsync(string name, CancellationToken cancellationToken)
    {
        var address = (await Dns.GetHostAddressesAsync(name, cancellationToken)).First();
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{name}/");
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? $"{address} answered"
            : throw new IOException($"{address} answered {(int)response.StatusCode}");
    }

    private static async Task<string> RunAsync(string command, CancellationToken cancellationToken)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", command])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = await shell.StandardOutput.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);
        return shell.ExitCode == 0
            ? output
            : throw new IOException(
                $"exit {shell.ExitCode}: {await shell.StandardError.ReadToEndAsync(cancellationToken)}"
            );
    }
}
