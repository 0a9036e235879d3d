namespace Bartizan.Core.Manifests;

/// <content>Classifiers outside.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Classified =>
        new([
            Required("name", _name, "Its name in verdicts."),
            Required("url", _url, "Where it is asked: `POST {text, channel}`, answered `{score, label, spans}`."),
            Known(
                "channel",
                new Shape.Choice("what it reads", ["untrusted", "user", "both"]),
                "What it reads: what tools answered (`untrusted`, unless said), what the user typed, or both."
            ),
            Known("threshold", new Shape.Number(0, 1), "From this score on something is done; 0.5 unless said."),
            Known(
                "do",
                new Shape.Choice("what is done about it", ["block", "ask", "report"]),
                "What is done: the request is refused (`block`, unless said), held until a person has said yes (`ask`), or it is recorded."
            ),
            Known(
                "on_failure",
                new Shape.Choice("what is done without an answer", ["block", "ask", "report"]),
                "What is done when it gives no answer that can be read; `block` unless said."
            ),
            Known("within", _time, "How long one answer is waited for from its turn on, at most 5s; 2s unless said."),
            Known("why", _why, "Why it is asked."),
        ]);
}
