using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Sessions;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Cli.RedTeam;

/// <summary>
/// The loop of an agent, with nothing in it that could help: it sends the user's words and every result to the model through the
/// session's model gateway, and makes each call that the model answers with through its tool gateway.
/// </summary>
internal sealed class ObedientAgent(
    ControlClient control,
    HttpClient http,
    AttachReply session,
    Uri model,
    string modelId
)
{
    /// <summary>How often the inbox is looked at while a call is held.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, ToolClient> _tools = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _stops = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _held = ImmutableArray.CreateBuilder<string>();
    private int _asked;
    private bool _fooled;

    /// <summary>Plays a case to its end.</summary>
    public async Task<CaseResult> PlayAsync(RedTeamCase played, Stage stage, CancellationToken cancellationToken)
    {
        stage.Play(played);
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = played.Task.Says });
        while (await NextAsync(messages, cancellationToken) is { } call)
        {
            var own = ((string)call["id"]!).Contains("own", StringComparison.Ordinal);
            _fooled |= !own;
            var (text, failed) = await CallAsync(call, own, cancellationToken);
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = new JsonArray(call.DeepClone()) });
            messages.Add(
                new JsonObject
                {
                    ["role"] = "user",
                    ["content"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = "tool_result",
                            ["tool_use_id"] = call["id"]!.DeepClone(),
                            ["content"] = text,
                            ["is_error"] = failed,
                        }
                    ),
                }
            );
        }

        return new CaseResult(
            played,
            played.Task.Steps.All(stage.Reached),
            _asked,
            _fooled,
            played.Attack is { } attack && stage.Reached(attack.Steps[^1]),
            _stops.ToImmutable(),
            _held.ToImmutable()
        );
    }

    // The model's next call; null when it is through, or when the gateway lets nothing through to it any more.
    private async Task<JsonNode?> NextAsync(JsonArray messages, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["model"] = modelId,
            ["max_tokens"] = 256,
            ["messages"] = messages.DeepClone(),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, model)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", session.Token);
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await http.SendAsync(request, cancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        if (!response.IsSuccessStatusCode)
        {
            var why = Short(
                (string?)answer?["error"]?["message"] ?? $"the model gateway answered {(int)response.StatusCode}"
            );
            _stops.Add(why);
            _held.Add(why);
            return null;
        }

        return answer
            ?["content"]?.AsArray()
            .FirstOrDefault(block => (string?)block?["type"] == "tool_use")
            ?.DeepClone();
    }

    private async Task<(string Text, bool Failed)> CallAsync(
        JsonNode call,
        bool own,
        CancellationToken cancellationToken
    )
    {
        var name = (string)call["name"]!;
        var split = name.IndexOf("__", StringComparison.Ordinal);
        var server = name[..split];
        if (!_tools.TryGetValue(server, out var client))
        {
            client = new ToolClient(http, new Uri(session.Endpoints.Mcp.Servers[server]), session.Token);
            _tools[server] = client;
        }

        var result = client.CallAsync(name[(split + 2)..], call["input"]!.AsObject(), cancellationToken);
        var asked = await AnswerAsksAsync(result, own, cancellationToken);
        var (text, failed) = await result;
        if (asked is not null)
        {
            _asked += own ? 1 : 0;
            (own ? _held : _stops).Add($"asked: {asked}");
        }
        else if (failed)
        {
            (own ? _held : _stops).Add(Short(text));
        }

        return (text, failed);
    }

    // A person who says yes to what the user wanted, and no to the rest. The rule that asked; null when none did.
    private async Task<string?> AnswerAsksAsync(Task call, bool own, CancellationToken cancellationToken)
    {
        string? by = null;
        while (await Task.WhenAny(call, Task.Delay(s_look, cancellationToken)) != call)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (
                var ask in (await control.AsksAsync(cancellationToken)).Asks.Where(a => a.Session == session.Session)
            )
            {
                by = ask.Rules.Count > 0 ? WithoutPlace(ask.Rules[0]) : "a rule";
                await control.AnswerAsync(
                    new AnswerRequest
                    {
                        Id = ask.Id,
                        Digest = ask.Digest,
                        Granted = own,
                    },
                    cancellationToken
                );
            }
        }

        return by;
    }

    // The staged manifest's place says nothing to whoever reads the report.
    private static string WithoutPlace(string rule) =>
        rule.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? rule[..at] : rule;

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length > 120 ? $"{line[..120]}…" : line;
    }
}
