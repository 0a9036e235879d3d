using System.Collections.Immutable;

namespace Bartizan.Posture.Imports;

/// <summary>
/// Reads a <c>.rules</c> file of Codex: calls of <c>prefix_rule</c>, <c>network_rule</c> and <c>host_executable</c> with plain
/// strings and lists. It is no Starlark: a file that computes something is refused.
/// </summary>
public static class CodexImport
{
    /// <summary>Characters of a rules file. A longer one is refused.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Rules of a rules file. More are refused.</summary>
    public const int MaxRules = 1000;

    /// <summary>Reads a file; a problem is half a sentence.</summary>
    public static bool TryRead(string text, out ImmutableArray<ImportedRule> rules, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        rules = [];
        if (text.Length > MaxLength)
        {
            problem = $"is longer than {MaxLength} characters";
            return false;
        }

        var calls = StarlarkCalls.Read(text, MaxRules, out problem);
        rules = [.. calls.Select(Read)];
        return problem.Length == 0;
    }

    private static ImportedRule Read(StarlarkCall call)
    {
        var source = new ImportedRule(call.Text);
        return call.Name switch
        {
            "prefix_rule" => Prefix(source, call),
            "network_rule" => Network(source, call),
            "host_executable" => source with
            {
                Warnings = ["not imported: a program is the one that the sandbox's own directories hold"],
            },
            _ => source with { Warnings = [$"not imported: `{call.Name}` is no rule that is known"] },
        };
    }

    private static string? EffectOf(StarlarkCall call) =>
        call.TextOf("decision") switch
        {
            null or "allow" => "allow",
            "prompt" => "ask",
            "forbidden" or "deny" => "deny",
            _ => null,
        };

    private static ImportedRule Prefix(ImportedRule source, StarlarkCall call)
    {
        if (EffectOf(call) is not { } effect || call.ListOf("pattern") is not [_, ..] pattern)
        {
            return source with
            {
                Rules = ["ask: exec **"],
                Warnings = ["its decision or pattern isn't known; a person is asked about everything"],
            };
        }

        var words = pattern.ToList();
        if (
            !words.TrueForAll(w => CommandWords.AreLiteral(w))
            || words.Exists(w => w.Any(a => a.Contains(',', StringComparison.Ordinal)))
        )
        {
            var first = words[0] is [var only] ? CommandWords.FirstOf(only) : null;
            return ClaudeCodeRule.Unsaid(
                source,
                effect,
                first is null ? "exec **" : $"exec {first} **",
                "a word of it can't be said here"
            );
        }

        var text = string.Join(' ', words.Select(w => w.Length == 1 ? w[0] : $"{{{string.Join(',', w)}}}"));
        var warnings = ImmutableArray.CreateBuilder<string>();
        warnings.Add("a prefix: any further words and flags pass; name the ones that are meant");
        if (effect == "allow")
        {
            warnings.Add("an allowed command left the client's sandbox there; here an allow never leaves the sandbox");
        }
        else
        {
            warnings.Add(
                "within `bash -lc` with a variable or a redirection it didn't apply there; here what can't be read meets every deny and ask"
            );
        }

        return source with
        {
            Rules = [$"{effect}: exec {text} **"],
            Warnings = warnings.ToImmutable(),
        };
    }

    private static ImportedRule Network(ImportedRule source, StarlarkCall call)
    {
        var host = call.TextOf("host")?.TrimEnd('.').ToLowerInvariant();
        if (
            EffectOf(call) is not { } effect
            || string.IsNullOrEmpty(host)
            || !host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '*')
        )
        {
            return source with { Warnings = ["not imported: its host or decision isn't known"] };
        }

        return call.TextOf("protocol") switch
        {
            "https" or null => source with { Rules = [$"{effect}: http * https://{host}/**"] },
            "http" => source with { Rules = [$"{effect}: http * http://{host}/**"] },
            _ => source with { Warnings = ["not imported: only http and https leave the sandbox"] },
        };
    }
}
