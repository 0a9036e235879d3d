using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Daemon.SelfTest;

/// <summary>Everything that is known of a run: what the applet saw inside, what the canaries and the resolver saw outside.</summary>
internal sealed class Evidence(
    ILookup<string, WireLine> steps,
    CanaryUpstream canaries,
    CanaryResolver resolver,
    MemoryJournal journal
)
{
    /// <summary>True when these bytes reached a canary.</summary>
    public bool Arrived(string marker) => canaries.Saw(marker);

    /// <summary>What the canary got in the connection that carried the marker; empty for none.</summary>
    public string Received(string marker) => canaries.Received(marker);

    /// <summary>How often this name was asked of the resolver.</summary>
    public int Asked(string name) => resolver.Asked(name);

    /// <summary>True when a name that fits was asked of the resolver.</summary>
    public bool AskedAny(Func<string, bool> fits) => resolver.AskedAny(fits);

    /// <summary>True when a refusal whose target holds the text was recorded.</summary>
    public bool Recorded(string target) => journal.Refused(target);

    /// <summary>How a step of the case ended; empty when it was never made.</summary>
    public string Result(WireCase one, string step) =>
        steps[one.Name].LastOrDefault(line => line.Step == step)?.Result ?? "";

    /// <summary>Everything that came back.</summary>
    public byte[] Answer(WireCase one) =>
        [.. steps[one.Name].Where(line => line.Step is "head" or "all" or "more").SelectMany(Bytes)];

    /// <summary>Everything that came back, as Latin-1.</summary>
    public string AnswerText(WireCase one) => Encoding.Latin1.GetString(Answer(one));

    /// <summary>The status of the last answer; 0 for none.</summary>
    public int Status(WireCase one)
    {
        var text = AnswerText(one);
        var at = text.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
        return
            at >= 0
            && text.Length >= at + 12
            && int.TryParse(text.AsSpan(at + 9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : 0;
    }

    /// <summary>True when the case ran at all.</summary>
    public bool Ran(WireCase one) => Result(one, "end") == "done";

    /// <summary>The proxy refused with one of these and the marker reached nobody.</summary>
    public Finding Refusal(WireCase one, params ImmutableArray<int> statuses)
    {
        var status = Status(one);
        return Arrived(one.Name) ? Finding.Through("it reached the canary")
            : !Ran(one) ? Finding.Unclear("it did not run")
            : statuses.Contains(status) ? Finding.Stopped(status.ToString(CultureInfo.InvariantCulture))
            : Finding.Unclear(
                status == 0 ? "no status" : string.Create(CultureInfo.InvariantCulture, $"status {status}")
            );
    }

    /// <summary>The marker reached nobody and the connection was ended.</summary>
    public Finding Closed(WireCase one)
    {
        var end = Result(one, "all");
        return Arrived(one.Name) ? Finding.Through("it reached the canary")
            : end is "closed" or "reset" ? Finding.Stopped(end)
            : Finding.Unclear(end.Length == 0 ? "it did not run" : end);
    }

    /// <summary>A control: the marker reached the canary.</summary>
    public Finding Passed(WireCase one) =>
        Arrived(one.Name)
            ? Finding.Through("it reached the canary")
            : Finding.Unclear($"status {Status(one)}, {Result(one, "connect")}");

    private static byte[] Bytes(WireLine line)
    {
        try
        {
            return Convert.FromHexString(line.Bytes);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
