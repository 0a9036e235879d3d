using Bartizan.Core.Approvals;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// One classifier's reading of one text of a request, for its record and for those who are asked. What people let pass before isn't read
/// again, and what is left is.
/// </summary>
/// <param name="one">The classifier.</param>
/// <param name="channel">Which text.</param>
/// <param name="text">The text.</param>
/// <param name="pieces">The names and values that it is made of.</param>
internal sealed class JudgedText(Classifier one, Channel channel, string text, RequestPieces pieces)
{
    /// <summary>What is remembered of what people say, whatever word the classifier has for it: it could have another each time.</summary>
    private const string Kind = "found";

    /// <summary>Names and values of one window that are asked about alone, to know which of them it is.</summary>
    private const int MaxAlone = 16;

    private readonly string _name = $"{one.Name}/external {(channel == Channel.User ? "user" : "untrusted")}";
    private readonly SortedSet<string> _letPass = new(StringComparer.Ordinal);
    private readonly List<(int Window, ContentFinding Find)> _finds = [];
    private readonly List<HeldPiece> _asked = [];
    private IReadOnlyList<(int Start, int Length, ClassifierVerdict Verdict)> _said = [];
    private (HeldPiece Piece, string Ask)? _refused;

    /// <summary>True where it reads what comes from outside.</summary>
    public bool IsUntrusted => channel == Channel.Untrusted;

    /// <summary>Asks.</summary>
    /// <param name="ask">Has the classifier read a text.</param>
    public async Task AskAsync(
        Func<TextQuestion, Task<IReadOnlyList<(int Start, int Length, ClassifierVerdict Verdict)>>> ask
    )
    {
        // INVARIANT: only what stands in exactly the text that people answered for is left out.
        var asks = one.Action == GuardAction.Ask;
        var left = asks && pieces.IsAnyKnown ? pieces.Without(_name, Kind, IsLetPass) : text;
        _said = await ask(new TextQuestion(one, channel, left)).ConfigureAwait(false);
        if (!asks || _said.Any(said => said.Verdict.Refuses(one)))
        {
            return;
        }

        foreach (var (start, length, verdict) in _said.Where(said => said.Verdict.IsOver(one)))
        {
            if (verdict.Spans.Any(span => span.End > span.Start))
            {
                foreach (var span in verdict.Spans.Where(span => span.End > span.Start))
                {
                    Take(
                        verdict,
                        start,
                        start + span.Start,
                        start + span.End,
                        pieces.TextsIn(start + span.Start, start + span.End)
                    );
                }

                continue;
            }

            await FindAloneAsync(verdict, start, start + length, left, ask).ConfigureAwait(false);
        }
    }

    /// <summary>Writes down what it said.</summary>
    public void Tell(Verdicts verdicts)
    {
        foreach (var (window, _, verdict) in _said)
        {
            // INVARIANT: what wasn't judged counts as untrusted, whatever is done about it: who writes a text may choose which part isn't.
            if (IsUntrusted && (verdict.Failure is not null || verdict.IsOver(one)))
            {
                verdicts.Labels |= Labels.Untrusted;
            }

            if (verdict.Failure is { } why)
            {
                verdicts.Add($"{_name}, no answer:", 1, 1, one.OnFailure, [Found(why, 0, 0)], text: text);
                continue;
            }

            var shown = verdict.Label.Length == 0 ? [] : new[] { Found(verdict.Label, 0, 0) };
            var isAsked = one.Action == GuardAction.Ask && verdict.IsOver(one);
            verdicts.Add(
                _name,
                verdict.Score,
                one.Threshold,
                one.Action,
                isAsked ? _finds.Where(find => find.Window == window).Select(find => find.Find) : shown,
                text: text
            );
        }

        verdicts.Answer(_name, _letPass, _refused, _asked.Distinct());
    }

    // A classifier that says no place is asked about each of several values alone: which of them people answer for.
    private async Task FindAloneAsync(
        ClassifierVerdict verdict,
        int start,
        int end,
        string left,
        Func<TextQuestion, Task<IReadOnlyList<(int Start, int Length, ClassifierVerdict Verdict)>>> ask
    )
    {
        var values = pieces
            .TextsIn(start, end)
            .Where(value => !left.AsSpan(value.Start, value.End - value.Start).IsWhiteSpace())
            .ToList();
        if (values.Count is > 1 and <= MaxAlone)
        {
            var alone = new List<TextSegment>();
            foreach (var value in values)
            {
                var said = await ask(new TextQuestion(one, channel, left[value.Start..value.End]))
                    .ConfigureAwait(false);
                if (said.Any(each => each.Verdict.IsOver(one)))
                {
                    alone.Add(value);
                }
            }

            values = alone;
        }

        if (values.Count is 0 or > MaxAlone)
        {
            Take(verdict, start, start, end, []);
            return;
        }

        foreach (var value in values)
        {
            Take(verdict, start, value.Start, value.End, [value]);
        }
    }

    // What stands in one value is remembered by it; what stands in several, or in none, isn't.
    private void Take(ClassifierVerdict verdict, int window, int start, int end, IReadOnlyList<TextSegment> values)
    {
        var label = verdict.Label.Length == 0 ? Kind : verdict.Label;
        _finds.Add((window, Found($"{label} of {verdict.Score:0.00}", start, end)));
        if (values is [var value])
        {
            _asked.Add(pieces.Of(_name, Kind, value.Start, value.End));
        }
    }

    private bool IsLetPass(HeldPiece piece)
    {
        if (pieces.AnswerTo(piece) is not { } answer)
        {
            return false;
        }

        if (!answer.Granted)
        {
            _refused ??= (piece, answer.Ask);
            return false;
        }

        _letPass.Add(answer.Ask);
        return true;
    }

    private static ContentFinding Found(string kind, int start, int end) =>
        new("classifier", kind, start, end, FindingSeverity.Medium, 1);
}
