using System.Collections.Immutable;

namespace Bartizan.Posture.Imports;

/// <summary>One permission rule of Claude Code: <c>Tool</c> or <c>Tool(specifier)</c>.</summary>
internal static class ClaudeCodeRule
{
    /// <summary>What it becomes here.</summary>
    public static ImportedRule Read(string effect, string text)
    {
        var source = new ImportedRule($"{effect} {text}");
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var (tool, inner) = open > 0 && text.EndsWith(')') ? (text[..open], text[(open + 1)..^1]) : (text, "");
        inner = inner.Trim();
        var isWhole = inner is "" or "*" or "**";
        return tool switch
        {
            "Bash" => isWhole
                ? WholeVerb(source, effect, "exec **", "every command")
                : ClaudeCodeCommand.Read(source, effect, inner),
            "Read" or "Glob" or "Grep" or "LS" or "NotebookRead" => Files(
                source,
                effect,
                "read",
                inner,
                tool != "Read"
            ),
            "Edit" or "Write" or "MultiEdit" or "NotebookEdit" => Files(
                source,
                effect,
                "write",
                inner,
                tool is not "Edit"
            ),
            "WebFetch" => Web(source, effect, inner),
            "WebSearch" => source with
            {
                Warnings = ["not imported: the provider searches, not the sandbox; no rule here sees it"],
            },
            "Agent" or "Task" => source with { Warnings = ["not imported: agents within agents are not ruled yet"] },
            _ when tool.StartsWith("mcp__", StringComparison.Ordinal) => Server(source, effect, tool, inner),
            _ => source with { Warnings = [$"not imported: `{tool}` is no action here"] },
        };
    }

    // A whole verb is never granted by an import: a person is asked instead.
    private static ImportedRule WholeVerb(ImportedRule source, string effect, string pattern, string what) =>
        effect switch
        {
            "allow" => source with
            {
                Rules = [$"ask: {pattern}"],
                Warnings = [$"allowed {what} there; an import grants no whole verb, so a person is asked here"],
            },
            _ => source with { Rules = [$"{effect}: {pattern}"] },
        };

    private static ImportedRule Files(ImportedRule source, string effect, string verb, string path, bool wasIgnored)
    {
        var rules = ImmutableArray.CreateBuilder<string>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (path.Length == 0 || path is "*" or "**")
        {
            rules.Add($"{effect}: {verb} {(effect == "allow" ? "workspace/**" : "**")}");
            if (effect == "allow")
            {
                warnings.Add("allowed every path there; here only the workspace");
            }

            return source with
            {
                Rules = rules.ToImmutable(),
                Warnings = warnings.ToImmutable(),
            };
        }

        if (wasIgnored)
        {
            warnings.Add("paths of this tool's rules are never looked at there; here they hold");
        }

        if (
            path.AsSpan().IndexOfAny("![]{}\\?\"'\n\r\t#") >= 0
            || path.Split('/').Any(s => s.Length > 2 && s.Contains("**", StringComparison.Ordinal))
            || path.Contains("..", StringComparison.Ordinal)
        )
        {
            return Unsaid(source, effect, $"{verb} **", "its path can't be said here");
        }

        var (start, below) =
            path.StartsWith("//", StringComparison.Ordinal) ? ("/", path[2..])
            : path.StartsWith("~/", StringComparison.Ordinal) ? ("home/", path[2..])
            : path.StartsWith('/') ? ("workspace/", path[1..])
            : path.StartsWith("./", StringComparison.Ordinal) ? ("workspace/", path[2..])
            : ("", path);
        warnings.AddRange(
            start switch
            {
                "/" => ["`//` is the root of the host there; inside the sandbox most of it isn't there at all"],
                "home/" =>
                [
                    "`~` is the person's home there; here it is the agent's own, empty one: the person's is never visible",
                ],
                "workspace/" when path.StartsWith('/') =>
                [
                    "one `/` means the folder of the settings file there, not the root; here: the workspace",
                ],
                _ => ImmutableArray<string>.Empty,
            }
        );
        below = below.TrimEnd('/') is var plain && below.EndsWith('/') ? plain + "/**" : below;
        if (start.Length > 0)
        {
            rules.Add($"{effect}: {verb} {start}{below}");
        }
        else if (effect == "allow")
        {
            rules.Add($"allow: {verb} workspace/{below}");
            warnings.Add(
                "a path without a start is relative to where the client was started there; here: the workspace"
            );
        }
        else
        {
            rules.Add($"{effect}: {verb} {(below.StartsWith("**", StringComparison.Ordinal) ? "" : "**/")}{below}");
            warnings.Add("a deny or ask without a start holds at any depth there, and so here");
        }

        if (verb == "read" && effect != "allow")
        {
            warnings.Add(
                "it covered the client's own tools and some commands there; here the sandbox leaves the files out"
            );
        }

        return source with
        {
            Rules = rules.ToImmutable(),
            Warnings = warnings.ToImmutable(),
        };
    }

    private static ImportedRule Web(ImportedRule source, string effect, string inner)
    {
        const string domain = "domain:";
        var host = inner.StartsWith(domain, StringComparison.OrdinalIgnoreCase)
            ? inner[domain.Length..].Trim().TrimEnd('.').ToLowerInvariant()
            : "";
        if (inner.Length == 0 || host == "*")
        {
            return WholeVerb(source, effect, "http * **", "every host");
        }

        if (host.Length == 0)
        {
            return Unsaid(
                source,
                effect,
                "http * **",
                "only `domain:` is a host there: other parameters never match when they are left out"
            );
        }

        return source with
        {
            Rules = [$"{effect}: http * https://{host}/**"],
            Warnings =
            [
                host.StartsWith("*.", StringComparison.Ordinal)
                    ? "`*.` there is a name at any depth below; here `*` is one label"
                    : "it covered the client's own fetching there; here every program's connections",
            ],
        };
    }

    private static ImportedRule Server(ImportedRule source, string effect, string tool, string inner)
    {
        var rest = tool["mcp__".Length..];
        var cut = rest.IndexOf("__", StringComparison.Ordinal);
        var (server, name) = cut < 0 ? (rest, "*") : (rest[..cut], rest[(cut + 2)..]);
        server = server.Length == 0 ? "*" : server;
        name = name.Length == 0 ? "*" : name;
        if (inner.Length > 0)
        {
            return Unsaid(
                source,
                effect,
                $"tool {server}/{name}",
                "a parameter that was left out never matched there; here the whole tool is meant"
            );
        }

        return server == "*" && name == "*"
            ? WholeVerb(source, effect, "tool **", "every tool")
            : source with
            {
                Rules = [$"{effect}: tool {server}/{name}"],
            };
    }

    /// <summary>What can't be said takes away more, and grants nothing.</summary>
    public static ImportedRule Unsaid(ImportedRule source, string effect, string wider, string why) =>
        effect == "allow"
            ? source with
            {
                Warnings = [$"not imported: {why}"],
            }
            : source with
            {
                Rules = [$"ask: {wider}"],
                Warnings = [$"{why}; a person is asked about more than it meant"],
            };
}
