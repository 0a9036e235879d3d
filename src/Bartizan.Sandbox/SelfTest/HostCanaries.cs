using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// What the self-test puts on the host for the attempts to find: a key file, sockets, a process, a variable. It is there,
/// and reachable, for everybody on the host; a sandbox that holds shows none of it.
/// </summary>
internal sealed class HostCanaries : IAsyncDisposable
{
    private const int MarkBytes = 8;
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<Socket> _sockets = [];
    private Process? _victim;

    private HostCanaries(string parent)
    {
        Mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes));
        Directory = Path.Combine(parent, "bartizan-canary-" + Mark);
        SecretName = "BARTIZAN_CANARY_" + Mark.ToUpperInvariant();
    }

    /// <summary>Told apart from every other run.</summary>
    public string Mark { get; }

    /// <summary>Everything of this run on the host's disk.</summary>
    public string Directory { get; }

    /// <summary>A variable of this process.</summary>
    public string SecretName { get; }

    /// <summary>A file that looks like somebody's key.</summary>
    public string KeyFile => Path.Combine(Directory, "home", ".ssh", "id_ed25519");

    /// <summary>A file at the top.</summary>
    public string CanaryFile => Path.Combine(Directory, "canary");

    /// <summary>The workspace as its owner has it; the agent gets a staged copy of it.</summary>
    public string Workspace => Path.Combine(Directory, "project");

    /// <summary>A place for the controls to write.</summary>
    public string Scratch => Path.Combine(Directory, "scratch");

    /// <summary>A listening stream socket.</summary>
    public string StreamSocket => Path.Combine(Directory, "stream");

    /// <summary>A datagram socket.</summary>
    public string DatagramSocket => Path.Combine(Directory, "datagram");

    /// <summary>A listening socket in the abstract namespace, with '@' for the zero byte.</summary>
    public string AbstractSocket => "@" + Path.GetFileName(Directory);

    /// <summary>The loopback port of <c>127.0.0.1</c>.</summary>
    public int Port { get; private set; }

    /// <summary>The loopback port of <c>::1</c>; 0 on a host without IPv6.</summary>
    public int PortSix { get; private set; }

    /// <summary>A process of the host whose command line carries <see cref="Mark"/>.</summary>
    public int VictimId => _victim?.Id ?? 0;

    /// <summary>Makes them all, below <paramref name="parent"/>.</summary>
    public static async Task<HostCanaries> CreateAsync(
        string parent,
        string helperPath,
        CancellationToken cancellationToken
    )
    {
        var canaries = new HostCanaries(parent);
        try
        {
            canaries.MakeFiles();
            canaries.MakeSockets();
            Environment.SetEnvironmentVariable(canaries.SecretName, "canary");
            await canaries.StartVictimAsync(helperPath, cancellationToken).ConfigureAwait(false);
            return canaries;
        }
        catch
        {
            await canaries.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Every file and directory of the run with its size, mode, time and content: equal before and after.</summary>
    public string Sweep()
    {
        var text = new StringBuilder();
        foreach (
            var entry in new DirectoryInfo(Directory)
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Where(e => !e.FullName.StartsWith(Scratch, StringComparison.Ordinal))
                .OrderBy(e => e.FullName, StringComparer.Ordinal)
        )
        {
            text.Append(entry.FullName)
                .Append(' ')
                .Append(entry.LastWriteTimeUtc.Ticks)
                .Append(' ')
                .Append(entry.UnixFileMode)
                .Append(' ')
                .Append(entry.LinkTarget);
            if (entry is FileInfo { LinkTarget: null, Length: > 0 } file)
            {
                text.Append(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(SecretName, null);
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        if (_victim is { } victim)
        {
            victim.StandardInput.Close();
            victim.Kill();
            await victim.WaitForExitAsync().ConfigureAwait(false);
            victim.Dispose();
        }

        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private void MakeFiles()
    {
        foreach (var directory in new[] { Directory, Path.GetDirectoryName(KeyFile)!, Workspace, Scratch })
        {
            System.IO.Directory.CreateDirectory(directory, Enterable);
            File.SetUnixFileMode(directory, Enterable);
        }

        // Readable for everybody, so that it is the view and nothing else that hides them.
        foreach (var file in new[] { KeyFile, CanaryFile, Path.Combine(Workspace, "readme") })
        {
            File.WriteAllText(file, "canary " + Mark);
            File.SetUnixFileMode(file, Readable);
        }
    }

    private void MakeSockets()
    {
        Port = Listen(AddressFamily.InterNetwork, IPAddress.Loopback);
        PortSix = Socket.OSSupportsIPv6 ? Listen(AddressFamily.InterNetworkV6, IPAddress.IPv6Loopback) : 0;
        Bind(StreamSocket, SocketType.Stream);
        Bind(DatagramSocket, SocketType.Dgram);
        Bind("\0" + AbstractSocket[1..], SocketType.Stream);
        foreach (var path in new[] { StreamSocket, DatagramSocket })
        {
            File.SetUnixFileMode(path, Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        }
    }

    private int Listen(AddressFamily family, IPAddress address)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Bind(string name, SocketType type)
    {
        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        _sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(name));
        if (type == SocketType.Stream)
        {
            socket.Listen();
        }
    }

    private async Task StartVictimAsync(string helperPath, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(helperPath, ["probe", "victim", Mark])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _victim = Process.Start(start) ?? throw new IOException("the helper could not be started");
        await _victim.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
    }
}
