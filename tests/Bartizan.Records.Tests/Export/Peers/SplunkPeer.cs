using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Records.Tests.Export.Peers;

/// <summary>
/// An HTTP event collector with indexer acknowledgement, as Splunk documents it: events are taken first and indexed later, an
/// acknowledgement is told once, a bad event refuses its whole request and names its place, a channel is needed.
/// </summary>
internal sealed class SplunkPeer(string token)
{
    private readonly Dictionary<long, (List<string> Keys, int Asked)> _open = [];
    private readonly Lock _lock = new();
    private long _nextAck;

    public List<string> Indexed { get; } = [];

    /// <summary>Keys of events whose data is taken for bad.</summary>
    public HashSet<long> Bad { get; } = [];

    /// <summary>How often it is asked before it acknowledges.</summary>
    public int AcknowledgeAfter { get; set; } = 2;

    /// <summary>Requests that are taken and lost: never indexed, never acknowledged.</summary>
    public int Lose { get; set; }

    public bool Acknowledges { get; set; } = true;

    public int LargestRequest { get; private set; }

    public Queue<(int Status, string Body)> Before { get; } = [];

    public Task AnswerAsync(HttpPeer.Request request, HttpContext context)
    {
        lock (_lock)
        {
            LargestRequest = Math.Max(LargestRequest, request.Body.Length);
            var (status, body) = Answer(request, context);
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        }
    }

    private (int Status, string Body) Answer(HttpPeer.Request request, HttpContext context)
    {
        if (request.Headers.GetValueOrDefault("Authorization") != $"Splunk {token}")
        {
            return (403, """{"text":"Invalid token","code":4}""");
        }

        if (Before.TryDequeue(out var before))
        {
            context.Response.Headers.RetryAfter = "7";
            return before;
        }

        if (!Guid.TryParse(request.Headers.GetValueOrDefault("X-Splunk-Request-Channel"), out _))
        {
            return (400, """{"text":"Data channel is missing","code":10}""");
        }

        return request.Target.StartsWith("/services/collector/ack", StringComparison.Ordinal)
            ? (200, Acknowledge(request))
            : Take(request);
    }

    private string Acknowledge(HttpPeer.Request request)
    {
        using var question = JsonDocument.Parse(request.Body);
        var answer = new Dictionary<string, bool>();
        foreach (var id in question.RootElement.GetProperty("acks").EnumerateArray().Select(a => a.GetInt64()))
        {
            var done = false;
            if (_open.TryGetValue(id, out var open))
            {
                done = open.Asked + 1 >= AcknowledgeAfter;
                if (done)
                {
                    Indexed.AddRange(open.Keys);
                    _open.Remove(id);
                }
                else
                {
                    _open[id] = (open.Keys, open.Asked + 1);
                }
            }

            answer[id.ToString(System.Globalization.CultureInfo.InvariantCulture)] = done;
        }

        return JsonSerializer.Serialize(new { acks = answer });
    }

    private (int Status, string Body) Take(HttpPeer.Request request)
    {
        var keys = new List<string>();
        var reader = new Utf8JsonReader(request.Body, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            using var one = JsonDocument.ParseValue(ref reader);
            var key = one.RootElement.GetProperty("fields").GetProperty("key").GetString()!;
            if (Bad.Contains(long.Parse(key.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture)))
            {
                return (400, $$"""{"text":"Invalid data format","code":6,"invalid-event-number":{{keys.Count}}}""");
            }

            one.RootElement.GetProperty("time").GetDecimal();
            one.RootElement.TryGetProperty("event", out _).ShouldBeTrue();
            keys.Add(key);
        }

        if (!Acknowledges)
        {
            Indexed.AddRange(keys);
            return (200, """{"text":"Success","code":0}""");
        }

        var id = _nextAck++;
        if (Lose > 0)
        {
            Lose--;
        }
        else
        {
            _open[id] = (keys, 0);
        }

        return (200, new StringBuilder().Append($$"""{"text":"Success","code":0,"ackId":{{id}}}""").ToString());
    }
}
