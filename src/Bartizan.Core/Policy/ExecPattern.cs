using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// The words of one command. A deny or ask rule that names a program by its base name means it wherever it lies
/// (<c>/bin/rm</c> is <c>rm</c>); an allow means exactly what it says.
/// </summary>
internal sealed class ExecPattern : TargetPattern
{
    private static readonly string[] _operators = ["&&", "||", ";", "|", "&", ">", ">>", "<", "|&", "$", "(", ")"];

    private readonly SegmentPattern _words;
    private readonly bool _anyFolder;

    private ExecPattern(string canonical, SegmentPattern words, bool anyFolder)
    {
        Canonical = canonical;
        _words = words;
        _anyFolder = anyFolder;
    }

    /// <summary>The words.</summary>
    public SegmentPattern Words => _words;

    /// <summary>True when the program is meant wherever it lies.</summary>
    public bool AnyFolder => _anyFolder;

    /// <inheritdoc/>
    public override bool IsWide => _words.Segments[0] is null or { IsAny: true };

    /// <inheritdoc/>
    public override string Canonical { get; }

    /// <inheritdoc/>
    public override ActionTarget? Literal =>
        _words.IsLiteral ? new ExecTarget([.. _words.Segments.Select(w => w!.Text)]) : null;

    /// <inheritdoc/>
    public override bool Matches(ActionTarget target) =>
        target is ExecTarget { IsOpaque: false } exec && _words.Matches(exec.Argv, _anyFolder);

    /// <summary>True when one of the other argvs of the same act fits.</summary>
    public bool MatchesSpelling(ExecTarget target)
    {
        foreach (var argv in target.Spellings)
        {
            if (_words.Matches(argv, _anyFolder))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads words divided by spaces.</summary>
    public static ExecPattern? ParseWords(string text, bool grants, out PatternProblem problem)
    {
        ImmutableArray<string> words = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (text.AsSpan().IndexOfAny("\"'`\\\t\n") >= 0)
        {
            problem = new("holds quotes, a backslash or a tab", "Each word is a pattern; there is nothing to quote.");
            return null;
        }

        if (words.FirstOrDefault(w => _operators.Contains(w)) is { } shell)
        {
            problem = new(
                $"holds the shell's `{shell}`",
                "A rule matches the words of one command; write one rule each."
            );
            return null;
        }

        var canonical = string.Join(' ', words);
        if (canonical.Length == 0 || !SegmentPattern.TryParse(canonical, ' ', out var segments, out var what))
        {
            problem = new(canonical.Length == 0 ? "names no program" : "has `**` inside a word", "");
            return null;
        }

        problem = default;
        return new ExecPattern(canonical, segments, !grants && words[0].IndexOf('/', StringComparison.Ordinal) < 0);
    }
}
