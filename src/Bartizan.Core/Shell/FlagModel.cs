using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>One flag of a program, by all its names.</summary>
internal sealed record FlagModel(ImmutableArray<string> Names)
{
    /// <summary>What its value is; null when it takes none.</summary>
    public ArgumentRole? Value { get; init; }

    /// <summary>True when the value may be missing; it is then only taken when attached.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The flag alone is at best asked.</summary>
    public bool Asks { get; init; }

    /// <summary>The flag alone may run anything.</summary>
    public bool IsOpaque { get; init; }

    /// <summary>With it the operands that would be read are written.</summary>
    public bool Writes { get; init; }

    /// <summary>With it the first operand falls away: its value stands for it.</summary>
    public bool StandsForFirst { get; init; }

    /// <summary>With it a request sends a body.</summary>
    public bool Posts { get; init; }

    /// <summary>With it the first operand is a script for a shell.</summary>
    public bool TakesScript { get; init; }

    /// <summary>With it the operands are only looked up, not run.</summary>
    public bool OnlyNames { get; init; }

    /// <summary>Reads <c>role[?] [!effect…]</c> of flags divided by spaces; the names of one flag are divided by <c>|</c>.</summary>
    public static IEnumerable<FlagModel> ParseAll(string flags, string spec) =>
        flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(names => Parse(names, spec));

    private static FlagModel Parse(string names, string spec)
    {
        var model = new FlagModel([.. names.Split('|')]);
        foreach (var word in spec.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            model = word switch
            {
                "!ask" => model with { Asks = true },
                "!opaque" => model with { IsOpaque = true },
                "!write" => model with { Writes = true },
                "!first" => model with { StandsForFirst = true },
                "!script" => model with { TakesScript = true },
                "!names" => model with { OnlyNames = true },
                "!post" => model with { Posts = true },
                _ => model with { Value = RoleOf(word.TrimEnd('?')), IsOptional = word.EndsWith('?') },
            };
        }

        return model;
    }

    /// <summary>The role of this name.</summary>
    public static ArgumentRole RoleOf(string word) =>
        word switch
        {
            "ask" => ArgumentRole.Ask,
            "opaque" or "code" => ArgumentRole.Opaque,
            "text" => ArgumentRole.Text,
            "read" => ArgumentRole.Read,
            "write" => ArgumentRole.Write,
            "directory" => ArgumentRole.Directory,
            "script" => ArgumentRole.Script,
            "command" => ArgumentRole.Command,
            "command;" => ArgumentRole.CommandUntil,
            "host" => ArgumentRole.Host,
            "url" => ArgumentRole.Url,
            "remote-read" => ArgumentRole.RemoteRead,
            "remote-write" => ArgumentRole.RemoteWrite,
            "revision" => ArgumentRole.Revision,
            "sed" => ArgumentRole.Sed,
            "awk" => ArgumentRole.Awk,
            "git-setting" => ArgumentRole.GitSetting,
            "variables" => ArgumentRole.Variables,
            "method" => ArgumentRole.Method,
            _ => throw new FormatException($"there is no role `{word}` of an argument"),
        };
}
