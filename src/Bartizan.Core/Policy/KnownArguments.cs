using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// What is known of the arguments of a call that nobody has made yet, because a list names what it would be about. The default
/// knows nothing.
/// </summary>
public sealed class KnownArguments
{
    private readonly JsonElement _members;
    private readonly bool _isWhole;
    private readonly string? _name;
    private readonly string _start = "";

    private KnownArguments(JsonElement members, bool isWhole)
    {
        _members = members;
        _isWhole = isWhole;
    }

    private KnownArguments(string name, string start)
    {
        _name = name;
        _start = start;
    }

    /// <summary>All of them.</summary>
    public static KnownArguments Whole(JsonElement members) => new(members, isWhole: true);

    /// <summary>Some of them; others may come.</summary>
    public static KnownArguments Some(JsonElement members) => new(members, isWhole: false);

    /// <summary>What one of them starts with.</summary>
    public static KnownArguments StartOf(string name, string start) => new(name, start);

    /// <summary>
    /// Whether what a rule asks of the arguments lets it apply: false only where no call about this fits, true only where each does.
    /// </summary>
    internal Truth Judge(CompiledRule rule)
    {
        if (rule.Rule.Arguments.IsDefaultOrEmpty)
        {
            return Truth.True;
        }

        if (_name is not null)
        {
            return JudgeStart(rule.Rule);
        }

        var truth = rule.JudgeArguments(_members);

        // Of the whole nothing more will be known: the call would be decided as the rule's effect has it.
        return truth == Truth.Unknown && _isWhole ? Kleene.Of(rule.Rule.Effect != Effect.Allow) : truth;
    }

    private Truth JudgeStart(Rule rule)
    {
        if (rule.Arguments.FirstOrDefault(one => one.Path == _name) is not { } about)
        {
            // The world of an allow is closed: what it doesn't name is refused.
            return rule.Effect == Effect.Allow ? Truth.False : Truth.Unknown;
        }

        if (about.Glob is null || about.AnyCase || !Alternation.TryExpand(about.Glob, out var globs, out _))
        {
            return Truth.Unknown;
        }

        var (reaches, covers) = (false, false);
        foreach (var glob in globs)
        {
            var literal = glob.Split('*')[0];
            reaches |=
                literal.StartsWith(_start, StringComparison.Ordinal)
                || _start.StartsWith(literal, StringComparison.Ordinal);
            covers |= glob == literal + "**" && _start.StartsWith(literal, StringComparison.Ordinal);
        }

        return !reaches ? Truth.False
            : covers
            && rule.Arguments.Length == 1
            && about is { In.IsEmpty: true, MaxLength: null, Host: null, File: null }
                ? Truth.True
            : Truth.Unknown;
    }
}
