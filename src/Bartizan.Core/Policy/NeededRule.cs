using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>Writes the one rule that would allow a target, as it would stand in a manifest.</summary>
internal static class NeededRule
{
    /// <summary>The rule, or null when no pattern means exactly this target or the rule would not change the decision.</summary>
    public static string? For(ActionTarget target, Policy policy, Situation situation)
    {
        if (PatternOf(target, policy, situation) is not { } pattern)
        {
            return null;
        }

        // What is proposed must be true: read back, it matches the target.
        var verb = target.Verb;
        if (
            pattern.Length > TargetPattern.MaxLength
            || pattern.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '{' or '}' or '#' or '"' or '\'')
            || TargetPattern.Parse(verb, pattern, grants: true, out _) is not { } parsed
            || parsed.IsWide
            || !Fits(parsed, target, policy, situation)
        )
        {
            return null;
        }

        var text = $"{verb.ToString().ToLowerInvariant()} {pattern}";
        var quote = text.Contains(": ", StringComparison.Ordinal) || text.EndsWith(':') || text.EndsWith(' ');
        return quote ? $"allow: \"{text}\"" : $"allow: {text}";
    }

    private static string? PatternOf(ActionTarget target, Policy policy, Situation situation) =>
        target switch
        {
            ModelTarget or ToolTarget or ConnectTarget or DelegateTarget or ServeTarget => target.Text,
            HttpTarget http =>
                $"{http.Method} {http.Scheme}://{Authority(http, http.Scheme == "https" ? 443 : 80)}{http.Path}",
            FileTarget file => UngrantedName(file, policy, situation),
            ExecTarget exec => exec.IsOpaque || exec.Argv.Any(w => w.Length == 0 || w.Any(char.IsWhiteSpace))
                ? null
                : exec.Text,
            _ => null,
        };

    private static string Authority(HttpTarget http, int usual) =>
        http.Port == usual ? http.Host.ToString() : $"{http.Host}:{http.Port.ToString(CultureInfo.InvariantCulture)}";

    // One rule can't grant two names; null then.
    private static string? UngrantedName(FileTarget file, Policy policy, Situation situation)
    {
        string? ungranted = null;
        foreach (var name in file.Names)
        {
            var one = new FileTarget(file.Verb, name);
            if (
                policy.Layers.Any(l =>
                    !l.IsCeiling && l.Judge(one, situation) is { Effect: Effect.Deny } or { Observed: true }
                )
            )
            {
                if (ungranted is not null)
                {
                    return null;
                }

                ungranted = name;
            }
        }

        return ungranted;
    }

    private static bool Fits(TargetPattern pattern, ActionTarget target, Policy policy, Situation situation) =>
        target is FileTarget file
            ? UngrantedName(file, policy, situation) is { } name && ((PathPattern)pattern).MatchesName(name)
            : pattern.Matches(target);
}
