using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Shell;

/// <summary>
/// What the tool calls in a client's model traffic come to: <c>Bash</c>, <c>shell</c> and <c>run_shell_command</c> are
/// <c>exec</c>, <c>Edit</c> and <c>apply_patch</c> are <c>write</c>, <c>mcp__github__get_issue</c> is <c>tool github/get_issue</c>.
/// It is data (<c>Tools/*.json</c>, one file a client). A tool that nobody knows is opaque, a missing argument too.
/// </summary>
public sealed class ClientTools
{
    private const string Folder = "Bartizan.Core.Shell.Tools.";

    /// <summary>A call that holds a call: once.</summary>
    private const int MaxDepth = 1;

    /// <summary>Paths of one call. With more it is opaque.</summary>
    private const int MaxPaths = 200;

    private static readonly JsonSerializerOptions _strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = false,
    };

    private readonly ToolText _text;

    private ClientTools(ToolText text) => _text = text;

    /// <summary>The clients that have a table of their own.</summary>
    public static ImmutableArray<string> Clients { get; } = ["claude-code", "codex", "gemini", "generic"];

    /// <summary>A client's tools; those of <c>generic</c> for a client without a table.</summary>
    public static ClientTools Of(string client)
    {
        var name = Clients.Contains(client) ? client : "generic";
        using var stream =
            typeof(ClientTools).Assembly.GetManifestResourceStream($"{Folder}{name}.json")
            ?? throw new InvalidOperationException($"the tools of `{name}` are missing from the program");
        return new ClientTools(JsonSerializer.Deserialize<ToolText>(stream, _strict)!);
    }

    /// <summary>Reads one call.</summary>
    /// <param name="name">The tool's name as the model said it.</param>
    /// <param name="server">The field that names a server (<c>namespace</c>); null when there is none.</param>
    /// <param name="arguments">Its arguments, a JSON object.</param>
    /// <param name="directory">The client's directory, absolute.</param>
    /// <param name="places">What a shell would find.</param>
    public ShellActions Read(string name, string? server, JsonElement arguments, string directory, ShellPlaces places)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(places);
        return Read(name, server, arguments, directory, places, 0);
    }

    private ShellActions Read(
        string name,
        string? server,
        JsonElement arguments,
        string directory,
        ShellPlaces places,
        int depth
    )
    {
        if (!string.IsNullOrEmpty(server) && !_text.Namespaces)
        {
            return Opaque(name, "names a server, which this client's tools don't");
        }

        if (!string.IsNullOrEmpty(server))
        {
            var plain = server.StartsWith("mcp__", StringComparison.Ordinal)
                ? server["mcp__".Length..].TrimEnd('_')
                : server;
            return Single(name, new ToolTarget(plain, name));
        }

        if (!_text.Tools.TryGetValue(name, out var spec))
        {
            return _text.Patterns.Select(p => Match(p, name)).FirstOrDefault(t => t is not null) is { } tool
                ? Single(name, tool)
                : Opaque(name, "is a tool that nobody knows");
        }

        var words = spec.Split(' ');
        return words[0] switch
        {
            "none" => new ShellActions
            {
                Script = Script(name),
                AtBest = Effect.Allow,
                ReachesNothing = true,
            },
            "exec" => Command(name, arguments, words, directory, places),
            "read" => Files(name, Verb.Read, arguments, words, directory, places),
            "write" => Files(name, Verb.Write, arguments, words, directory, places),
            "patch" => Patch(name, arguments, words, directory, places),
            "fetch" => Fetch(name, arguments, words, directory, places),
            "delegate" => Text(arguments, words[1]) is { Length: > 0 } agent
                ? Single(name, new DelegateTarget(agent))
                : Opaque(name, "names no agent"),
            "call" when depth < MaxDepth && Text(arguments, words[1]) is { Length: > 0 } inner => Read(
                inner,
                null,
                Inner(arguments, words[2]),
                directory,
                places,
                depth + 1
            ),
            _ => Opaque(name, "is a tool whose effect can't be read"),
        };
    }

    private static JsonElement Inner(JsonElement arguments, string key) =>
        arguments.TryGetProperty(key, out var inner) ? inner : default;

    private static ShellScript Script(string name) => new() { Text = name };

    private static ShellActions Single(string name, ActionTarget target) =>
        new()
        {
            Script = Script(name),
            Actions = [new ShellAction(target)],
            AtBest = Effect.Allow,
        };

    private static ShellActions Opaque(string name, string reason) =>
        new()
        {
            Script = Script(name),
            Actions = [new ShellAction(ExecTarget.Opaque(name.Length == 0 ? " " : name))],
            AtBest = Effect.Ask,
            Reasons = [new ShellProblem(reason, 0)],
        };

    private static ShellActions Command(
        string name,
        JsonElement arguments,
        string[] words,
        string directory,
        ShellPlaces places
    )
    {
        // Codex's local_shell holds its arguments in `action`. With a command beside it, nobody knows which one is run.
        if (arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("action", out var action))
        {
            if (arguments.TryGetProperty(words[1], out _))
            {
                return Opaque(name, "says two commands");
            }

            arguments = action;
        }

        foreach (var key in words[2..])
        {
            directory = Text(arguments, key) is { Length: > 0 } given
                ? ShellDirectories.Join(directory, given)
                : directory;
        }

        if (Text(arguments, words[1]) is { } script)
        {
            return ShellActions.Of(script, directory, places);
        }

        return Texts(arguments, words[1]) is [_, ..] argv && argv[0].Length > 0
            ? ShellActions.OfArgv(argv, directory, places)
            : Opaque(name, "says no command");
    }

    private static ShellActions Files(
        string name,
        Verb verb,
        JsonElement arguments,
        string[] words,
        string directory,
        ShellPlaces places
    )
    {
        var paths = words[1..].SelectMany(w => Texts(arguments, w.TrimEnd('?'))).ToImmutableArray();
        if (paths.IsEmpty && words[1].EndsWith('?'))
        {
            paths = [directory];
        }

        return Paths(name, verb, paths, directory, places);
    }

    private static ShellActions Paths(
        string name,
        Verb verb,
        ImmutableArray<string> paths,
        string directory,
        ShellPlaces places
    )
    {
        if (
            paths.IsEmpty
            || paths.Length > MaxPaths
            || paths.Any(p => p.Length == 0 || p.Contains('\0', StringComparison.Ordinal))
        )
        {
            return Opaque(name, "says no path, or too many");
        }

        var reading = new ShellReading(name, directory, places);
        foreach (var path in paths)
        {
            var pattern = verb == Verb.Read && path.AsSpan().IndexOfAny('*', '?', '[') >= 0;
            reading.AddPath(verb, new ShellWord(path, 0) { IsPattern = pattern }, ShellDirectories.Of(directory));
        }

        return reading.ToActions(Script(name));
    }

    // The paths that a patch names; the text of a patch is the last thing a client would let a person read.
    private static ShellActions Patch(
        string name,
        JsonElement arguments,
        string[] words,
        string directory,
        ShellPlaces places
    )
    {
        // Whichever of several a client reads: the paths of all of them.
        var text =
            arguments.ValueKind == JsonValueKind.String
                ? arguments.GetString()!
                : string.Join('\n', words[1..].Select(w => Text(arguments, w)));
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var line in text.Split('\n', '\r'))
        {
            foreach (
                var head in (string[])["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "]
            )
            {
                if (line.TrimStart().StartsWith(head, StringComparison.Ordinal))
                {
                    paths.Add(line.Trim()[head.Length..].Trim());
                }
            }
        }

        return Paths(name, Verb.Write, paths.ToImmutable(), directory, places);
    }

    private static ShellActions Fetch(
        string name,
        JsonElement arguments,
        string[] words,
        string directory,
        ShellPlaces places
    )
    {
        if (Text(arguments, words[1]) is not { Length: > 0 } url)
        {
            return Opaque(name, "says no address");
        }

        var reading = new ShellReading(name, directory, places);
        Connections.Add(reading, ArgumentRole.Url, new ShellWord(url, 0), ShellDirectories.Of(directory), "GET");
        return reading.ToActions(Script(name));
    }

    private static string? Text(JsonElement arguments, string key) =>
        arguments.ValueKind == JsonValueKind.Object
        && arguments.TryGetProperty(key, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static ImmutableArray<string> Texts(JsonElement arguments, string key)
    {
        if (Text(arguments, key) is { } one)
        {
            return [one];
        }

        return
            arguments.ValueKind == JsonValueKind.Object
            && arguments.TryGetProperty(key, out var list)
            && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(i => i.GetString()!)]
            : [];
    }

    // `mcp__{server}__{tool}`: the first separator behind the prefix ends the server's name.
    private static ToolTarget? Match(string pattern, string name)
    {
        const string server = "{server}";
        const string tool = "{tool}";
        var prefix = pattern[..pattern.IndexOf(server, StringComparison.Ordinal)];
        var separator = pattern[(prefix.Length + server.Length)..pattern.IndexOf(tool, StringComparison.Ordinal)];
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name[prefix.Length..];
        var cut = rest.IndexOf(separator, StringComparison.Ordinal);
        return cut <= 0 || cut + separator.Length == rest.Length
            ? null
            : new ToolTarget(rest[..cut], rest[(cut + separator.Length)..]);
    }
}
