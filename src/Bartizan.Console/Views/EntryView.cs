using Bartizan.Client.Records;
using Bartizan.Console.Texts;

namespace Bartizan.Console.Views;

/// <summary>An entry, or an action with its end, as pages show it: each text made visible.</summary>
public sealed record EntryView
{
    private static readonly string[] s_lanes = ["model", "tool", "network", "file", "approval"];

    /// <summary>Its place in the log.</summary>
    public required long Index { get; init; }

    /// <summary>Its time for a machine.</summary>
    public required string At { get; init; }

    /// <summary>Its day and time.</summary>
    public required string Time { get; init; }

    /// <summary>Its time of day.</summary>
    public required string Clock { get; init; }

    /// <summary>Its lane; one of the six.</summary>
    public required string Lane { get; init; }

    /// <summary>What it records.</summary>
    public required string Kind { get; init; }

    /// <summary>How it stands: good, bad, waiting, open or plain. Colours go by it, and words say the same.</summary>
    public required string Tone { get; init; }

    /// <summary>What was done, in a word or two.</summary>
    public required string Result { get; init; }

    /// <summary>The verb, and whom or what it was about.</summary>
    public required string What { get; init; }

    /// <summary>Reasons, rules and numbers, a line each.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>The session; empty for none.</summary>
    public string Session { get; init; } = "";

    /// <summary>The agent; empty for none.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Whether it was proven; empty when nobody asked.</summary>
    public string Proof { get; init; } = "";

    /// <summary>The action that it is, or the end of, within its session; 0 for none.</summary>
    public long Passage { get; init; }

    /// <summary>True for an end whose beginning stands elsewhere.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Actions with their ends in one, the oldest first.</summary>
    public static IReadOnlyList<EntryView> Fold(IReadOnlyList<LogRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var views = new List<EntryView>(rows.Count);
        var open = new Dictionary<long, int>();
        foreach (var row in rows)
        {
            var view = Of(row);
            if (view.IsEnd && open.Remove(row.Passage, out var at))
            {
                views[at] = views[at] with
                {
                    Tone = view.Tone,
                    Result = view.Result,
                    Details = [.. views[at].Details, .. view.Details],
                };
                continue;
            }

            if (row is { Kind: "intent", Passage: not 0 })
            {
                open[row.Passage] = views.Count;
            }

            views.Add(view);
        }

        return views;
    }

    /// <summary>One entry by itself.</summary>
    public static EntryView Of(LogRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var (tone, result) = Standing(row);
        return new EntryView
        {
            Index = row.Index,
            At = Amounts.Machine(row.Time),
            Time = Amounts.Time(row.Time),
            Clock = Amounts.Clock(row.Time),
            Lane = s_lanes.Contains(row.Lane, StringComparer.Ordinal) ? row.Lane : "session",
            Kind = VisibleText.Brief(row.Kind),
            Tone = tone,
            Result = VisibleText.Brief(result),
            What = VisibleText.Brief(WhatOf(row)),
            Details = [.. DetailsOf(row).Select(VisibleText.Of)],
            Session = Names.IsSession(row.Session) ? row.Session! : "",
            Agent = VisibleText.Brief(row.Agent),
            Proof = row.Proof is "witnessed" or "signed" or "pending" or "broken" ? row.Proof : "",
            Passage = row.Passage,
            IsEnd = row is { Kind: "outcome", Passage: not 0 },
        };
    }

    private static (string Tone, string Result) Standing(LogRow row) =>
        row.Kind switch
        {
            "intent" => ("open", row.Observed && row.Needed is not null ? "only observed" : "under way"),
            "outcome" when row.Outcome == "done" => ("good", "done"),
            "outcome" => ("bad", row.Outcome ?? "abandoned"),
            "refusal" => ("bad", row.Count > 1 ? $"refused ×{Amounts.Number(row.Count)}" : "refused"),
            "approval" when row.Effect == "allow" => ("good", $"allowed by {row.Person ?? "nobody"}"),
            "approval" => ("bad", $"refused by {row.Person ?? "nobody"}"),
            "finding" => (IsSevere(row.Detail) ? "bad" : "waiting", "finding"),
            _ => ("plain", row.Kind),
        };

    // `code severity confidence`, as whoever found it wrote it.
    private static bool IsSevere(string? detail) => (detail ?? "").Split(' ') is [_, "high" or "critical", ..];

    private static string WhatOf(LogRow row) =>
        row.Kind switch
        {
            "state" or "instance" or "heartbeat" => row.Detail ?? "",
            "vault" => $"{row.Credential ?? row.Target} {row.Detail}".Trim(),
            "finding" => $"{row.Detail}: {row.Verb} {row.Target}".Trim(),
            _ when row.Verb is null && row.Target is null => row.Detail ?? row.Kind,
            _ => $"{row.Verb} {row.Target}".Trim(),
        };

    private static IEnumerable<string> DetailsOf(LogRow row)
    {
        if (row.Reason is { Length: > 0 } reason)
        {
            yield return reason;
        }

        if (
            row.Kind is not ("state" or "instance" or "heartbeat" or "finding" or "vault")
            && row.Detail is { Length: > 0 } detail
        )
        {
            yield return detail;
        }

        if (row.Needed is { Length: > 0 } needed)
        {
            yield return $"it would take the rule `{needed}`";
        }

        foreach (var rule in row.Rules)
        {
            yield return $"rule {rule}";
        }

        if (row.ToolCalls.Count > 0)
        {
            yield return $"asks for {string.Join(", ", row.ToolCalls)}";
        }

        if (row.Labels is { Length: > 0 } labels)
        {
            yield return $"labels {labels}";
        }

        if (row.Credential is { Length: > 0 } credential && row.Kind != "vault")
        {
            yield return $"with credential {credential}";
        }

        if (row.Kind == "outcome")
        {
            yield return Used(row);
        }
    }

    private static string Used(LogRow row) =>
        $"{row.Milliseconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} ms, {Amounts.Bytes(row.BytesOut)} out, {Amounts.Bytes(row.BytesIn)} back"
        + (row.Tokens + row.MicroDollars > 0 ? $", {Amounts.Spent(row.MicroDollars, row.Tokens)}" : "");
}
