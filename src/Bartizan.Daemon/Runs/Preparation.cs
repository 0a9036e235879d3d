using System.Collections.Immutable;
using System.Text;
using Bartizan.Client;
using Bartizan.Client.Runs;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Databases;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Clients;
using Bartizan.Sandbox.Programs;
using Bartizan.Sandbox.Trust;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Runs;

/// <summary>What a run will be, worked out before anything is started.</summary>
/// <param name="Plan">The sandbox's plan.</param>
/// <param name="Program">The program that was found.</param>
internal sealed record Preparation(SandboxPlan Plan, FoundProgram Program)
{
    /// <summary>
    /// Works the plan out of manifest, request, stage and token. <paramref name="authority"/> is whom the sandbox trusts beside the host's
    /// authorities, in PEM; null for nobody.
    /// </summary>
    public static Preparation Make(
        SessionId id,
        Manifest manifest,
        RunSection run,
        RunRequest request,
        string workspace,
        string stage,
        string token,
        ImmutableArray<string> never,
        string? authority
    )
    {
        var words = request.Command.Count > 0 ? [.. request.Command] : run.Command;
        if (words.IsDefaultOrEmpty)
        {
            throw new ControlException(
                new ControlProblem(
                    2,
                    "there is no command to run",
                    "name one after `--`, or as `run: command:` in the manifest"
                )
            );
        }

        var program = ProgramOf(run, words, request, workspace, never);
        var setup = Profile(run.Client)
            .SetUp(
                Endpoints(manifest, run) with
                {
                    Servers = [.. manifest.Servers.Keys.Order(StringComparer.Ordinal)],
                    Certificates = authority is null ? null : TrustedAuthority.BundlePath,
                    Authority = authority is null ? null : TrustedAuthority.CertificatePath,
                    JavaTrustStore = authority is null ? null : TrustedAuthority.JavaStorePath,
                },
                token,
                request.Model,
                [.. manifest.Models.Values.Select(m => m.Api).Distinct()]
            );
        var plan = new SandboxPlan
        {
            Id = id,
            Command = [program.Executable, .. words.Skip(1)],
            Variables = GitVariables.Over(
                Variables(run, program, setup).SetItems(DatabaseVariables.Of(manifest.Databases)),
                manifest.Git
            ),
            Mounts =
            [
                .. Mounts(run, program, setup, workspace, stage, never),
                .. authority is null ? [] : TrustedAuthority.MountsOf(authority),
            ],
            Image = run.Image,
            Limits = run.Limits,
            Seen = run.Seen,
            Terminal = request.Terminal is { } size ? new Bartizan.Sandbox.TerminalSize(size.Columns, size.Rows) : null,
        };
        return new Preparation(plan, program);
    }

    /// <summary>The program that a run starts.</summary>
    /// <exception cref="ControlException">There is none.</exception>
    public static FoundProgram ProgramOf(
        RunSection run,
        ImmutableArray<string> words,
        RunRequest request,
        string workspace,
        ImmutableArray<string> never
    ) => run.Isolation == IsolationKind.Oci ? InImage(words) : Find(words, request, workspace, never);

    // A manifest that says nothing of commands leaves them to the sandbox: its client isn't made to ask.
    private static ClientEndpoints Endpoints(Manifest manifest, RunSection run)
    {
        var endpoints = run.Claims ? ClientEndpoints.Inside.TakingClaims() : ClientEndpoints.Inside;
        endpoints = endpoints with { Bridge = run.ToolsByProcess ? StdioBridge.Program : null };
        return CallsOfClients.AreDecided(manifest) ? endpoints.AskingFirst() : endpoints;
    }

    private static ClientProfile Profile(string name) =>
        ClientProfile.Find(name)
        ?? throw new ControlException(
            new ControlProblem(
                3,
                $"there is no client profile `{name}`",
                $"the profiles are {string.Join(", ", ClientProfile.Names)}"
            )
        );

    // What the host has is not what runs: the program is the image's, and the image's digest says which.
    private static FoundProgram InImage(ImmutableArray<string> words) =>
        words[0].StartsWith('/')
            ? new FoundProgram
            {
                Executable = words[0],
                RealPath = words[0],
                SearchPath = SandboxPaths.SearchPath,
                Names = [$"program {words[0]} of the image"],
            }
            : throw new ControlException(
                new ControlProblem(2, $"`{words[0]}` is no path of the image", "name the program by its absolute path")
            );

    private static FoundProgram Find(
        ImmutableArray<string> words,
        RunRequest request,
        string workspace,
        ImmutableArray<string> never
    )
    {
        try
        {
            return ProgramFinder.Find(
                new ProgramQuery
                {
                    Name = words[0],
                    Arguments = words[1..],
                    SearchPath = request.SearchPath,
                    WorkingDirectory = request.Folder,
                    Workspace = workspace,
                    Never = never,
                }
            );
        }
        catch (ProgramNotFoundException e)
        {
            throw new ControlException(new ControlProblem(2, e.Message));
        }
    }

    private static ImmutableDictionary<string, string> Variables(
        RunSection run,
        FoundProgram program,
        ClientSetup setup
    )
    {
        // INVARIANT: what points at the gateways wins over whatever a manifest says.
        var variables = program.Variables.SetItems(setup.Over(run.Variables, out _));
        var path = run.ToolsByProcess ? $"{program.SearchPath}:{StdioBridge.Folder}" : program.SearchPath;
        return variables.SetItem("PATH", path);
    }

    private static ImmutableArray<Mount> Mounts(
        RunSection run,
        FoundProgram program,
        ClientSetup setup,
        string workspace,
        string stage,
        ImmutableArray<string> never
    )
    {
        var mounts = ImmutableArray.CreateBuilder<Mount>();
        mounts.Add(
            run.WorkspaceMode == WorkspaceMode.ReadOnly
                ? Mount.ReadOnly(stage, SandboxPaths.Workspace, "workspace", ownedByAgent: true)
                : Mount.Writable(stage, SandboxPaths.Workspace, "workspace")
        );
        mounts.AddRange(program.Mounts);
        foreach (var path in run.Mounts.Where(path => mounts.All(m => m.InsidePath != path)))
        {
            mounts.Add(Opened(path, never));
        }

        foreach (var file in setup.Files)
        {
            var content = Encoding.UTF8.GetBytes(file.Content);
            mounts.Add(
                file.Writable
                    ? Mount.WritableFile(file.InsidePath, content, "client profile")
                    : Mount.File(file.InsidePath, content, "client profile")
            );
        }

        if (run.ToolsByProcess)
        {
            mounts.AddRange(StdioBridge.Mounts(Environment.ProcessPath!, AppContext.BaseDirectory));
        }

        if (Alias(workspace, mounts) is { } alias)
        {
            mounts.Add(alias);
        }

        return mounts.ToImmutable();
    }

    private static Mount Opened(string path, ImmutableArray<string> never)
    {
        try
        {
            return HostMount.Open(path, never, new ViewLimits(), CancellationToken.None);
        }
        catch (ViewException e)
        {
            throw new ControlException(new ControlProblem(3, e.Message));
        }
    }

    // Prompts name host paths: the workspace's own path inside is a link to where it is. Left out where something else is
    // mounted around or below that path, or where the path is one of the sandbox's own.
    private static Mount? Alias(string workspace, IEnumerable<Mount> mounts)
    {
        var taken = (string[])
            [
                "/usr",
                "/bin",
                "/lib",
                "/lib64",
                "/etc",
                "/proc",
                "/dev",
                "/sys",
                SandboxPaths.Workspace,
                SandboxPaths.Home,
            ];
        var free =
            workspace.Split('/').Length > 2
            && !taken
                .Concat(mounts.Select(m => m.InsidePath))
                .Any(path => Within(workspace, path) || Within(path, workspace));
        return free ? Mount.Symlink(workspace, SandboxPaths.Workspace, "the workspace's host path") : null;
    }

    private static bool Within(string path, string folder) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
