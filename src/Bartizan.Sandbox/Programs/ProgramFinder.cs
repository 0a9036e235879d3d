using System.Collections.Immutable;

namespace Bartizan.Sandbox.Programs;

/// <summary>
/// Finds what a command needs to be seen inside: the program itself, the package it belongs to, and its interpreter, so that
/// <c>bartizan run -- claude</c> works wherever npm, nvm, a virtual environment or a distribution put it. What comes in is what the
/// person typed and their PATH; what goes out are read-only mounts at the host's own paths, and names for the receipt. It never
/// runs anything, and never mounts a folder that holds more than the program: not a home, not <c>/etc</c>, nothing around the
/// workspace or the state directory.
/// </summary>
public sealed class ProgramFinder
{
    /// <summary>A script's interpreter may be a script; four deep is a loop.</summary>
    private const int MaxInterpreters = 4;

    /// <summary>PATH entries that are looked at.</summary>
    private const int MaxFolders = 200;

    private static readonly string[] NeverRoots =
    [
        "/",
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/home",
        "/lib",
        "/media",
        "/mnt",
        "/opt",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/sys",
        "/tmp",
        "/usr",
        "/var",
        "/var/tmp",
    ];

    private static readonly HashSet<string> Interpreters = new(StringComparer.Ordinal)
    {
        "node",
        "nodejs",
        "bun",
        "deno",
        "python",
        "python3",
        "dotnet",
        "bash",
        "sh",
        "ruby",
        "perl",
    };

    private readonly ProgramQuery _query;
    private readonly string _workspace;
    private readonly string _hostWorkspace;
    private readonly Dictionary<string, Mount> _mounts = new(StringComparer.Ordinal);
    private readonly List<string> _folders = [];
    private readonly List<string> _names = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    private ProgramFinder(ProgramQuery query)
    {
        _query = query;
        _workspace = Real(query.Workspace);
        _hostWorkspace = Real(query.HostWorkspace);
    }

    /// <summary>Finds a program.</summary>
    /// <exception cref="ProgramNotFoundException">It isn't there, or lies where nothing may be shown.</exception>
    public static FoundProgram Find(ProgramQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new ProgramFinder(query).Run();
    }

    private static string Real(string path) => path.Length == 0 ? "" : HostPaths.Resolve(path)?.Real ?? path;

    private FoundProgram Run()
    {
        var path = Locate(_query.Name, out var tried);
        if (path is null)
        {
            throw new ProgramNotFoundException(
                _query.Name.Contains('/')
                    ? $"there is no program at `{_query.Name}`"
                    : $"`{_query.Name}` is not on the PATH ({tried} folders searched): install it, or give its full path"
            );
        }

        var real = Show(path, "program", MaxInterpreters);
        ShowScript(path);
        return new FoundProgram
        {
            Executable = path,
            RealPath = real,
            Mounts = Outermost(),
            SearchPath = string.Join(':', _folders.Append(SandboxPaths.SearchPath).Distinct(StringComparer.Ordinal)),
            Variables = _variables.ToImmutableDictionary(),
            Names = [.. _names],
        };
    }

    private string? Locate(string name, out int tried)
    {
        tried = 0;
        if (name.Contains('/'))
        {
            var path = Path.GetFullPath(Path.Combine(_query.WorkingDirectory, name));
            return IsProgram(path) ? path : null;
        }

        foreach (var folder in _query.SearchPath.Split(':').Take(MaxFolders))
        {
            // An empty or relative entry means the working directory: what a workspace holds must not become the program.
            if (!folder.StartsWith('/'))
            {
                continue;
            }

            tried++;
            var path = Path.GetFullPath(Path.Combine(folder, name));
            if (IsProgram(path))
            {
                return path;
            }
        }

        return null;
    }

    private static bool IsProgram(string path)
    {
        const UnixFileMode executable =
            UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return HostPaths.Resolve(path) is { } found
            && File.Exists(found.Real)
            && (File.GetUnixFileMode(found.Real) & executable) != UnixFileMode.None;
    }

    /// <summary>Makes <paramref name="path"/> resolve inside as it does on the host, with all the file behind it needs.</summary>
    private string Show(string path, string role, int depth)
    {
        var (real, links) =
            HostPaths.Resolve(path)
            ?? throw new ProgramNotFoundException($"`{path}` can't be followed: a link on its way is broken or a loop");
        var folder = Path.GetDirectoryName(path)!;
        if (
            !_folders.Contains(folder, StringComparer.Ordinal)
            && !SandboxPaths.SearchPath.Split(':').Contains(folder, StringComparer.Ordinal)
        )
        {
            _folders.Add(folder);
        }

        foreach (var (link, target) in links)
        {
            ShowLink(link, target, role);
        }

        var name = Path.GetFileName(path);
        var package = ShowReal(real, $"{role} {name}");
        _names.Add(package.Length == 0 ? $"{role} {name}" : $"{role} {name} ({package})");
        if (depth > 0 && Shebang.Interpreter(real) is { } interpreter)
        {
            ShowInterpreter(interpreter, path, depth);
        }

        return real;
    }

    private void ShowInterpreter(string interpreter, string script, int depth)
    {
        var path = Locate(interpreter, out _);
        if (path is null)
        {
            throw new ProgramNotFoundException(
                $"`{script}` is a script for `{interpreter}`, which is not on the PATH: install it, or put it on the PATH"
            );
        }

        Show(path, "interpreter", depth - 1);
    }

    /// <summary>Mounts the package root around a real file and returns the package's name.</summary>
    private string ShowReal(string real, string purpose)
    {
        if (HostPaths.IsSystem(real) || InWorkspace(real))
        {
            return "";
        }

        var root = PackageRoot.Of(real);
        if (!MayMount(root.Path))
        {
            root = root with { Path = real };
        }

        if (!MayMount(root.Path))
        {
            throw new ProgramNotFoundException(
                $"`{real}` lies where nothing is shown to an agent: install it elsewhere"
            );
        }

        _mounts.TryAdd(root.Path, Mount.ReadOnly(root.Path, root.Path, purpose));
        if (
            root.Name.StartsWith(".NET", StringComparison.Ordinal)
            || File.Exists(Path.ChangeExtension(real, ".runtimeconfig.json"))
        )
        {
            ShowDotnet(root);
        }

        return root.Name;
    }

    private void ShowDotnet(PackageRoot root)
    {
        var fxr = Path.Combine(root.Path, "host", "fxr");
        var folder =
            Directory.Exists(fxr) ? root.Path
            : _query.DotnetRoot.Length > 0 ? _query.DotnetRoot
            : Locate("dotnet", out _) is { } dotnet && HostPaths.Resolve(dotnet) is { } found
                ? Path.GetDirectoryName(found.Real)!
            : "";
        if (folder.Length == 0 || HostPaths.Resolve(folder) is not { } runtime)
        {
            return;
        }

        _variables["DOTNET_ROOT"] = runtime.Real;
        if (!HostPaths.IsSystem(runtime.Real) && MayMount(runtime.Real))
        {
            _mounts.TryAdd(runtime.Real, Mount.ReadOnly(runtime.Real, runtime.Real, "interpreter dotnet"));
        }
    }

    private void ShowLink(string link, string target, string role)
    {
        if (HostPaths.IsSystem(link) || InWorkspace(link))
        {
            return;
        }

        foreach (var never in _query.Never)
        {
            if (HostPaths.IsAtOrBelow(link, never))
            {
                throw new ProgramNotFoundException($"`{link}` lies in Bartizan's own state directory");
            }
        }

        _mounts.TryAdd(link, Mount.Symlink(link, target, role));
    }

    /// <summary><c>node tool.js</c>, <c>dotnet app.dll</c>: the file is the program as much as the interpreter is.</summary>
    private void ShowScript(string program)
    {
        if (!Interpreters.Contains(Path.GetFileName(program)))
        {
            return;
        }

        foreach (var word in _query.Arguments.TakeWhile(a => a != "--"))
        {
            if (word.StartsWith('-') || word.Length == 0)
            {
                continue;
            }

            var path = Path.GetFullPath(Path.Combine(_query.WorkingDirectory, word));
            if (File.Exists(path))
            {
                Show(path, "script", 0);
            }

            return;
        }
    }

    private bool InWorkspace(string path) => _workspace.Length > 0 && HostPaths.IsAtOrBelow(path, _workspace);

    private bool MayMount(string root)
    {
        if (
            NeverRoots.Contains(root, StringComparer.Ordinal)
            || Path.GetDirectoryName(root) == "/home"
            || HostPaths.IsAtOrBelow(root, "/etc")
            || HostPaths.IsAtOrBelow(root, "/proc")
            || HostPaths.IsAtOrBelow(root, "/sys")
            || HostPaths.IsAtOrBelow(root, "/dev")
            || Directory.Exists(Path.Combine(root, ".ssh"))
            // A prefix of somebody's own, but of more than programs: keyrings and tokens stand in its share folder.
            || Path.GetFileName(root) == ".local"
        )
        {
            return false;
        }

        // A package root may be a whole project, with what lies in it beside the program.
        if (
            (_workspace.Length > 0 && HostPaths.IsAtOrBelow(_workspace, root))
            || (_hostWorkspace.Length > 0 && HostPaths.IsAtOrBelow(_hostWorkspace, root))
        )
        {
            return false;
        }

        return _query.Never.All(never => !HostPaths.IsAtOrBelow(root, never) && !HostPaths.IsAtOrBelow(never, root));
    }

    /// <summary>The mounts without those that another one shows already, parents first.</summary>
    private ImmutableArray<Mount> Outermost() =>
        [
            .. _mounts
                .Values.Where(m =>
                    !_mounts.Values.Any(o =>
                        o.Kind == MountKind.ReadOnlyBind && HostPaths.IsBelow(m.InsidePath, o.InsidePath)
                    )
                )
                .OrderBy(m => m.InsidePath, StringComparer.Ordinal),
        ];
}
