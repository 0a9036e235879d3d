using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What may be spent, and when to stop.</summary>
internal static partial class ManifestShape
{
    private static ImmutableArray<ManifestKey> Spend =>
        [
            .. ImmutableArray
                .Create("model", "tool", "http", "connect")
                .Select(name => Known(name, _count, "How many calls of it.")),
            Known("model_tokens", _count, "Model tokens, in and out."),
            Known("usd", _money, "What models may cost, by the price table."),
            Known("bytes", _size, "Bytes that leave and come back."),
            Known("concurrent", new Shape.Whole(1, 1_000_000), "How many actions may be under way at once."),
        ];

    private static Shape.Keys Budget =>
        new([
            Known(
                "session",
                new Shape.Keys([.. Spend, Known("wall_clock", _time, "How long, from its first action.")]),
                "What one session may spend."
            ),
            Known("day", new Shape.Keys(Spend), "What all sessions of the agent may spend a day (UTC)."),
            Known("user", new Shape.Keys(Spend), "What one person's sessions of the agent may spend a day."),
            Known("team", new Shape.Keys(Spend), "What all agents of the same `owner` may spend a day."),
            Known(
                "rate",
                new Shape.Keys([
                    Known("model", _rate, "Model calls."),
                    Known("tool", _rate, "Tool calls."),
                    Known("http", _rate, "Requests."),
                    Known("connect", _rate, "Tunnels."),
                    Known("per_user", _rate, "A person's actions of any kind."),
                    Known(
                        "per",
                        new Shape.Choice("whose rate it is", ["user", "session", "agent"]),
                        "Whose rate it is; the agent's when nothing is said."
                    ),
                ]),
                "How fast."
            ),
            Known("same_call", new Shape.Whole(1, 1_000_000), "How often a session may make the very same call."),
            Known("why", _why, "Why these."),
            Known("counters", _threat, "The threat they counter."),
        ]);

    private static Shape.Keys Circuit =>
        new([
            Known(
                "errors",
                new Shape.Number(0.01, 1),
                "The share of failed calls that opens it; a half when nothing is said."
            ),
            Known("window", _time, "Over what time; a minute when nothing is said."),
            Known("cool_down", _time, "When it is tried again; after half a minute when nothing is said."),
            Known(
                "at_least",
                new Shape.Whole(1, 100_000),
                "Calls below which a share says nothing; 5 when nothing is said."
            ),
            Known("slow", _time, "A call that takes longer counts as failed."),
            Known(
                "refusals",
                new Shape.Whole(1, 1_000_000),
                "Refusals within the window that pause the agent's sessions."
            ),
            Known("why", _why, "Why these."),
            Known("counters", _threat, "The threat they counter."),
        ]);
}
