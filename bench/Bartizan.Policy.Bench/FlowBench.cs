using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using BenchmarkDotNet.Attributes;

namespace Bartizan.Policy.Bench;

/// <summary>What tracing values costs: a consequential call of a tainted session, and what a tool gives or is given.</summary>
[MemoryDiagnoser]
public class FlowBench
{
    private const int KnownValues = 1_000;
    private const int Bytes = 64 * 1024;

    private readonly ToolTarget _mail = new("mail", "send_now");
    private Core.Policies.Policy _policy = null!;
    private Circumstances _clean;
    private Circumstances _tainted;
    private byte[] _text = [];
    private byte[] _rows = [];
    private JsonElement _none;
    private AgentAction _send = null!;

    [GlobalSetup]
    public void Setup()
    {
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\nenvironment: development\nrules:\n"
                + "  - { allow: \"tool mail/*\", why: It answers mail. }\n"
                + "trust:\n  untrusted: [\"tool web/*\"]\n"
                + "  consequential: [{ tool: \"mail/send_*\", targets: [to, cc] }]\n",
            "a.yaml",
            _ => null
        );
        _policy = Core.Policies.Policy.Compile(load.Manifest!);
        var values = new Provenance();
        for (var i = 0; i < KnownValues; i++)
        {
            values.HearUser(Person(i));
        }

        var arguments = JsonElement.Parse(
            $$"""{"to": ["{{Person(7)}}", "{{Person(8)}}"], "subject": "Minutes", "body": "{{Words(2_000)}}"}"""
        );
        _tainted = new Circumstances
        {
            Now = DateTimeOffset.UnixEpoch,
            Labels = Labels.Untrusted,
            Arguments = arguments,
            Values = values,
        };
        _clean = _tainted with { Labels = Labels.None };
        _text = Result(Words(Bytes));
        _rows = Result(
            JsonSerializer.Serialize(
                Enumerable
                    .Range(0, Bytes / 64)
                    .Select(i => new
                    {
                        id = i + 10_000,
                        name = $"Person {i}",
                        mail = Person(i),
                    })
            )
        );
        _none = JsonElement.Parse("{}");
        _send = new AgentAction
        {
            Session = SessionId.New(),
            Target = _mail,
            Point = AgentAction.ToolPoint,
            Arguments = JsonElement.Parse(JsonSerializer.Serialize(new { body = Words(Bytes) })),
        };
        if (
            _policy.Screen(_mail, _tainted).Effect != Effect.Allow
            || _policy.Screen(_mail, _tainted with { Values = null }).Effect != Effect.Ask
        )
        {
            throw new InvalidOperationException("the call is not decided by where its targets come from");
        }
    }

    [Benchmark(Baseline = true)]
    public Decision CallOfACleanSession() => _policy.Screen(_mail, _clean);

    [Benchmark]
    public Decision CallOfATaintedSession() => _policy.Screen(_mail, _tainted);

    [Benchmark]
    public Provenance ResultOfText() => Heard(_text);

    [Benchmark]
    public Provenance ResultOfRows() => Heard(_rows);

    [Benchmark]
    public Provenance ArgumentsOfATaintedSession()
    {
        var values = new Provenance();
        values.Send(_send);
        return values;
    }

    private Provenance Heard(byte[] result)
    {
        var values = new Provenance();
        values.HearResult("crm/list", result, _none, tainted: false);
        return values;
    }

    private static string Person(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"person.{i}@department-{i % 17}.example");

    private static string Words(int length)
    {
        var text = new StringBuilder(length);
        for (var i = 0; text.Length < length; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"the {i % 4_000} meeting was moved to room {i % 97}, see notes. "
            );
        }

        return text.ToString(0, length);
    }

    private static byte[] Result(string text) =>
        Encoding.UTF8.GetBytes(
            $$$"""{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":{{{JsonSerializer.Serialize(text)}}}}]}}"""
        );
}
