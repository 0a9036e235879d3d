using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Oci;

/// <summary>The engine's program on this host, with the runtime that was seen to start a container.</summary>
/// <param name="Path">podman.</param>
/// <param name="Version">Its version.</param>
/// <param name="Runtime"><c>crun</c> or <c>runc</c>.</param>
/// <param name="Refused">The runtimes that could not, with what they said.</param>
internal sealed record ContainerEngine(string Path, string Version, string Runtime, ImmutableArray<string> Refused)
{
    /// <summary>What is tried, the faster first.</summary>
    private static readonly ImmutableArray<string> Runtimes = ["crun", "runc"];

    private const string NotRunsc =
        "runsc: its network stack is inside it, where the listeners that lead to the monitor can't be opened, and it has no Landlock";

    private const string HelperWord = "bartizan-helper is started";
    private const int MostWords = 300;

    /// <summary>Looks for the engine, and for a runtime by which it can start what an agent is started in.</summary>
    public static async Task<ContainerEngine?> FindAsync(
        OciOptions options,
        string stage,
        CancellationToken cancellationToken
    )
    {
        if (options.Engines.FirstOrDefault(File.Exists) is not { } path)
        {
            return null;
        }

        var (_, said) = await RunAsync(path, ["--version"], cancellationToken).ConfigureAwait(false);
        var version = said.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.Trim() ?? "";
        var refused = ImmutableArray.CreateBuilder<string>();
        if (options.Runsc.Any(File.Exists))
        {
            refused.Add(NotRunsc);
        }

        foreach (var runtime in Runtimes)
        {
            var engine = new ContainerEngine(path, version, runtime, []);
            var why = await engine.TryAsync(options, stage, cancellationToken).ConfigureAwait(false);
            if (why is null)
            {
                return engine with { Refused = refused.ToImmutable() };
            }

            refused.Add($"{runtime}: {why}");
        }

        return new ContainerEngine(path, version, "", refused.ToImmutable());
    }

    /// <summary>
    /// The words that start the engine with these arguments, with no variable of ours, and without the host's <c>containers.conf</c>:
    /// volumes, devices and variables that it adds to every container are none that a manifest names.
    /// </summary>
    public static ImmutableArray<string> Words(string path, IEnumerable<string> arguments) =>
        [
            "/usr/bin/env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "CONTAINERS_CONF=/dev/null",
            path,
            .. arguments,
        ];

    /// <summary>The name of a session's container.</summary>
    public static string NameOf(SessionId session) => $"bartizan-{session}";

    /// <summary>Runs the engine and gives what it wrote.</summary>
    public Task<(int Code, string Output)> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        RunAsync(Path, arguments, cancellationToken);

    /// <summary>Removes a session's container, whatever state it is in; none is fine. False when the engine couldn't.</summary>
    public async Task<bool> RemoveAsync(SessionId session, CancellationToken cancellationToken)
    {
        string[] words = ["rm", "--force", "--ignore", "--time", "0", NameOf(session)];
        return (await RunAsync(words, cancellationToken).ConfigureAwait(false)).Code == 0;
    }

    private static Task<(int Code, string Output)> RunAsync(
        string path,
        string[] arguments,
        CancellationToken cancellationToken
    )
    {
        var words = Words(path, arguments);
        return SandboxHost.RunAsync(words[0], [.. words.Skip(1)], spec: null, cancellationToken, withErrors: false);
    }

    // The way an agent goes, with nothing in the container but the helper, which says one sentence and ends.
    private async Task<string?> TryAsync(OciOptions options, string stage, CancellationToken cancellationToken)
    {
        var empty = Directory.CreateDirectory(System.IO.Path.Combine(stage, "empty")).FullName;
        var tree = System.IO.Path.Combine(stage, "tree");
        Directory.CreateDirectory(tree);
        var trial = SessionId.New();
        var (user, root) = (options.FirstHostUser, options.FirstHostUser + options.HostUserCount);
        using var helper = Descriptor.OpenReal(HelperBinary.Path);
        var binary = Text(LaunchDescriptors.FirstFree);
        List<string> words = ["user", Text(user), "hold", binary, "+ro", "tree", tree, empty];
        words.AddRange(OciArguments.MountPoints);
        words.AddRange(["show", binary, SandboxPaths.Helper, "file"]);
        words.Add("engine");
        words.AddRange(
            Words(Path, OciArguments.Run(this, trial, tree, new HostIds(user, root), processes: 64, preserved: 0))
        );
        using var spec = Descriptor.Sealed(Encoding.UTF8.GetBytes(string.Join('\0', words) + '\0'));
        List<(Descriptor, int)> more = [(helper, LaunchDescriptors.FirstFree)];
        var (_, said) = await SandboxHost
            .RunAsync(HelperBinary.Path, ["engine"], spec, cancellationToken, withErrors: true, more)
            .ConfigureAwait(false);
        if (said.Contains(HelperWord, StringComparison.Ordinal))
        {
            return null;
        }

        await RemoveAsync(trial, cancellationToken).ConfigureAwait(false);
        var line = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing";
        return line.Length > MostWords ? line[..MostWords] + "…" : line;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
