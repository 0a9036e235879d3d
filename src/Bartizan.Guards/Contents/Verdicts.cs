using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Contents;

/// <summary>What the guards came to on one action: the worst of each.</summary>
internal sealed class Verdicts
{
    /// <summary>Kinds of findings that a verdict names; the rest is a number.</summary>
    private const int MaxNamed = 4;

    private readonly SortedDictionary<
        string,
        (double Score, double Threshold, double Told, GuardAction Action, string Kinds, bool IsRedacted)
    > _worst = new(StringComparer.Ordinal);

    private readonly List<(ContentFinding Finding, string Guard, string Text)> _finds = [];
    private readonly Dictionary<string, SensitiveMask> _masks = new(ReferenceEqualityComparer.Instance);
    private readonly List<HeldPiece> _pieces = [];
    private readonly SortedDictionary<string, SortedSet<string>> _letPass = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (HeldPiece Piece, string Ask)> _refused = new(StringComparer.Ordinal);
    private string? _size;

    public void Size(long bytes, long? most)
    {
        if (most is { } limit && bytes > limit)
        {
            _size = $"max_bytes {bytes} of {limit} block";
        }
    }

    /// <summary>True when what was to be taken out is.</summary>
    public bool IsRedacted { get; set; }

    /// <summary>True when something is to be taken out, and nothing refused or asked besides.</summary>
    public bool IsOnlyToRedact => IsToRedact && !_worst.Values.Any(v => IsOver(v) && v.Action == GuardAction.Ask);

    /// <summary>True when something is to be taken out, and nothing refused besides; of what is left people may be asked.</summary>
    public bool IsToRedact =>
        _size is null
        && _worst.Values.Any(v => IsOver(v) && v.Action == GuardAction.Redact)
        && !_worst.Values.Any(v => IsOver(v) && v.Action == GuardAction.Block);

    /// <summary>Labels that what was found leaves on the session.</summary>
    public Labels Labels { get; set; }

    /// <summary>What a guard says of one text.</summary>
    /// <param name="guard">Which, with its version and channel.</param>
    /// <param name="score">What it came to.</param>
    /// <param name="threshold">From which score on something is done.</param>
    /// <param name="action">What is done.</param>
    /// <param name="findings">What it found.</param>
    /// <param name="told">From which score on it is at least told; null where nothing is told below the threshold.</param>
    /// <param name="isRedacted">True when it is taken out already.</param>
    /// <param name="text">The text, for those who are asked about it; empty where there is none to show.</param>
    public void Add(
        string guard,
        double score,
        double threshold,
        GuardAction action,
        IEnumerable<ContentFinding> findings,
        double? told = null,
        bool isRedacted = false,
        string text = ""
    )
    {
        findings = [.. findings];
        if (score >= threshold && action == GuardAction.Ask)
        {
            Show(guard, findings, text);
        }

        if (_worst.TryGetValue(guard, out var before) && before.Score >= score)
        {
            return;
        }

        var kinds = findings.Select(f => f.Kind).Distinct(StringComparer.Ordinal).ToList();
        var named = string.Join(", ", kinds.Take(MaxNamed));
        _worst[guard] = (
            score,
            threshold,
            told ?? threshold,
            action,
            kinds.Count > MaxNamed ? $"{named} and {kinds.Count - MaxNamed} more" : named,
            isRedacted
        );
    }

    /// <summary>What people answered before of what a guard found, and what they are to be asked about.</summary>
    public void Answer(string guard, AnsweredFinds? answered, IEnumerable<HeldPiece>? asked) =>
        Answer(guard, answered?.Asks ?? [], answered?.Refused, asked ?? []);

    /// <summary>The same, of a guard that isn't one of ours.</summary>
    public void Answer(
        string guard,
        IReadOnlyCollection<string> letPass,
        (HeldPiece Piece, string Ask)? before,
        IEnumerable<HeldPiece> asked
    )
    {
        _pieces.AddRange(asked);
        if (letPass.Count > 0)
        {
            if (!_letPass.TryGetValue(guard, out var asks))
            {
                _letPass[guard] = asks = new SortedSet<string>(StringComparer.Ordinal);
            }

            asks.UnionWith(letPass);
        }

        if (before is { } refused)
        {
            _refused.TryAdd(guard, refused);
        }
    }

    private void Show(string guard, IEnumerable<ContentFinding> findings, string text)
    {
        foreach (var one in findings)
        {
            _finds.Add((one, guard, text));
        }
    }

    private static bool IsOver(
        (double Score, double Threshold, double Told, GuardAction Action, string Kinds, bool IsRedacted) one
    ) => one.Score >= one.Threshold;

    public GuardReport ToReport()
    {
        var strictest = _size is null ? Effect.Allow : Effect.Deny;
        var verdicts = ImmutableArray.CreateBuilder<string>();
        var findings = ImmutableArray.CreateBuilder<string>();
        foreach (var (guard, (score, threshold, told, action, kinds, isRedacted)) in _worst)
        {
            var over = score >= threshold;
            var done = over ? action : GuardAction.Report;
            var effect = done switch
            {
                GuardAction.Report => Effect.Allow,
                GuardAction.Ask => Effect.Ask,
                GuardAction.Redact when IsRedacted || isRedacted => Effect.Allow,
                _ => Effect.Deny,
            };
            strictest = (Effect)Math.Min((int)strictest, (int)effect);
            var word =
                over ? done.ToString().ToLowerInvariant()
                : score >= told ? "report"
                : "pass";
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{guard} {score:0.00} of {threshold:0.00} {word}{(kinds.Length > 0 ? $" ({kinds})" : "")}"
            );
            if (_letPass.TryGetValue(guard, out var asks))
            {
                line += $", let pass before by {Named([.. asks])}";
            }

            verdicts.Add(line);
            if (effect != Effect.Allow)
            {
                findings.Add(line);
            }
        }

        foreach (var (guard, (piece, ask)) in _refused)
        {
            strictest = Effect.Deny;
            findings.Add($"{guard} {piece.Kind} was refused before, by {ask}");
            verdicts.Add(findings[^1]);
        }

        if (_size is not null)
        {
            verdicts.Add(_size);
            findings.Add(_size);
        }

        return new GuardReport(strictest, Labels, findings.ToImmutable())
        {
            Verdicts = verdicts.ToImmutable(),
            Finds = [.. WorstFirst()],
            Found = _finds.Count,
            Pieces = [.. _pieces.Distinct()],
            Told =
                _refused.Count == 0
                    ? null
                    : "a person refused before what it carries; "
                        + HeldPiece.Advice(_refused.Values.Select(one => one.Piece)),
        };
    }

    // What is shown is bounded: whoever writes many harmless ones before it doesn't hide the one that matters.
    private IEnumerable<GuardFind> WorstFirst() =>
        _finds
            .OrderByDescending(one => one.Finding.Severity)
            .ThenByDescending(one => one.Finding.Confidence)
            .Take(GuardFind.MaxShown)
            .Select(one =>
                MaskOf(one.Text)
                    .Around(GuardFind.In(one.Text, one.Guard, one.Finding.Kind, one.Finding.Start, one.Finding.End))
            );

    // The whole text is looked at, and once: of a token that an excerpt cuts through no detector is sure.
    private SensitiveMask MaskOf(string text)
    {
        if (!_masks.TryGetValue(text, out var mask))
        {
            _masks[text] = mask = SensitiveMask.Of(text);
        }

        return mask;
    }

    private static string Named(IReadOnlyList<string> all) =>
        string.Join(", ", all.Take(MaxNamed)) + (all.Count > MaxNamed ? $" and {all.Count - MaxNamed} more" : "");
}
