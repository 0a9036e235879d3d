using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Records.Tests.Export.Peers;

/// <summary>
/// A bulk interface as Elasticsearch documents it: one action line and one document for each entry, answers in that order, some
/// failed beside others that were made, <c>create</c> of an id that is there is a conflict.
/// </summary>
internal sealed class ElasticPeer
{
    private readonly Lock _lock = new();

    public Dictionary<string, JsonElement> Documents { get; } = [];

    public int Conflicts { get; private set; }

    /// <summary>What is answered for a document instead of making it; called for each.</summary>
    public Func<string, int?> Fail { get; set; } = _ => null;

    /// <summary>Requests after whose work the connection is cut, so that the answer never comes.</summary>
    public int CutAfterWork { get; set; }

    public List<string> Authorizations { get; } = [];

    public Task AnswerAsync(HttpPeer.Request request, HttpContext context)
    {
        string body;
        lock (_lock)
        {
            request.Target.ShouldBe("/agents/_bulk");
            request.Headers["Content-Type"].ShouldBe("application/x-ndjson");
            Authorizations.Add(request.Headers.GetValueOrDefault("Authorization") ?? "");
            request.Text.ShouldEndWith("\n");
            body = Work(request.Text.Split('\n')[..^1]);
            if (CutAfterWork > 0)
            {
                CutAfterWork--;
                context.Abort();
                return Task.CompletedTask;
            }
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    private string Work(string[] lines)
    {
        var items = new List<object>();
        var errors = false;
        for (var i = 0; i < lines.Length; i += 2)
        {
            using var action = JsonDocument.Parse(lines[i]);
            using var document = JsonDocument.Parse(lines[i + 1]);
            var id = action.RootElement.GetProperty("create").GetProperty("_id").GetString()!;
            document.RootElement.GetProperty("@timestamp").GetDateTimeOffset();
            var status = Fail(id) ?? (Documents.ContainsKey(id) ? 409 : 201);
            errors |= status >= 300;
            if (status == 201)
            {
                Documents[id] = document.RootElement.Clone();
            }

            Conflicts += status == 409 ? 1 : 0;
            items.Add(
                new
                {
                    create = status == 201
                        ? (object)new { _id = id, status }
                        : new
                        {
                            _id = id,
                            status,
                            error = new { type = "some_exception", reason = "for the test" },
                        },
                }
            );
        }

        return JsonSerializer.Serialize(
            new
            {
                took = 3,
                errors,
                items,
            }
        );
    }
}
