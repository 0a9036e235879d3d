using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>
/// OpenSSH's client outside of the sandbox, running one program of Git on one host. It trusts the key of the manifest and no other, is
/// opened by one private key, reads no configuration, asks nobody, forwards nothing, has no terminal.
/// </summary>
internal sealed class SshConnection : IDisposable
{
    /// <summary>Of what it and the host say on stderr; what was said before is thrown away.</summary>
    private const int MaxSaid = 2048;

    /// <summary>The name that the pinned key goes by, wherever the host is.</summary>
    private const string Pinned = "bartizan-pinned";

    private static readonly string[] s_options =
    [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "GlobalKnownHostsFile=/dev/null",
        $"HostKeyAlias={Pinned}",
        "CheckHostIP=no",
        "UpdateHostKeys=no",
        "VerifyHostKeyDNS=no",
        "CanonicalizeHostname=no",
        "IdentityFile=none",
        "AddKeysToAgent=no",
        "PreferredAuthentications=publickey",
        "PasswordAuthentication=no",
        "KbdInteractiveAuthentication=no",
        "HostbasedAuthentication=no",
        "GSSAPIAuthentication=no",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "Tunnel=no",
        "ControlMaster=no",
        "ControlPath=none",
        "ProxyCommand=none",
        "ProxyJump=none",
        "RequestTTY=no",
        "EscapeChar=none",
        "ConnectTimeout=30",
        "LogLevel=ERROR",
    ];

    private readonly DirectoryInfo _folder;
    private readonly SshKeyAgent _agent;
    private readonly SshRelay _relay;
    private readonly Process _ssh;
    private readonly StringBuilder _said = new();
    private readonly Task _listening;
    private int _forgotten;

    private SshConnection(DirectoryInfo folder, SshKeyAgent agent, SshRelay relay, Process ssh)
    {
        (_folder, _agent, _relay, _ssh) = (folder, agent, relay, ssh);
        _listening = ListenAsync();
    }

    /// <summary>What the host's program reads.</summary>
    public Stream Input => _ssh.StandardInput.BaseStream;

    /// <summary>What it writes.</summary>
    public Stream Output => _ssh.StandardOutput.BaseStream;

    /// <summary>Starts it over a socket that was dialed.</summary>
    /// <exception cref="SshUnusableException">When this host can't.</exception>
    public static async Task<SshConnection> OpenAsync(
        GitHost host,
        GitRequest request,
        Socket upstream,
        ILease lease,
        CancellationToken cancellationToken
    )
    {
        var folder = Directory.CreateTempSubdirectory("bartizan-ssh-");
        SshKeyAgent? agent = null;
        SshRelay? relay = null;
        try
        {
            var (known, socket) = (Path.Combine(folder.FullName, "known"), Path.Combine(folder.FullName, "agent"));
            await File.WriteAllTextAsync(known, $"{Pinned} {host.HostKey}\n", cancellationToken).ConfigureAwait(false);
            agent = await SshKeyAgent.StartAsync(socket, lease, cancellationToken).ConfigureAwait(false);
            relay = new SshRelay(upstream);
            string[] own =
            [
                $"UserKnownHostsFile={known}",
                $"HostKeyAlgorithms={host.HostKeyAlgorithms}",
                $"IdentityAgent={socket}",
                .. request.Version > 0 ? (string[])["SendEnv=GIT_PROTOCOL"] : [],
            ];
            string[] words =
            [
                "-F",
                "/dev/null",
                "-T",
                .. s_options.Concat(own).SelectMany(option => (string[])["-o", option]),
                "-l",
                host.User,
                "-p",
                relay.Port.ToString(CultureInfo.InvariantCulture),
                "--",
                "127.0.0.1",
                // INVARIANT: the path has no quote in it: GitRequest takes letters, digits and four signs.
                $"{request.Program} '{host.Folder}{request.Repository}'",
            ];
            var ssh = SshPrograms.Start("ssh", words, ("GIT_PROTOCOL", $"version={request.Version}"));
            return new SshConnection(folder, agent, relay, ssh);
        }
        catch
        {
            relay?.Dispose();
            agent?.Dispose();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Waits for its end: its code, and how that ended which was said on stderr.</summary>
    public async Task<(int Code, string Said)> WaitAsync(CancellationToken cancellationToken)
    {
        await _ssh.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        return (_ssh.ExitCode, GitAnswers.LastOf(_said.ToString()));
    }

    /// <summary>Ends the agent that has the key.</summary>
    public void Forget()
    {
        if (Interlocked.Exchange(ref _forgotten, 1) == 0)
        {
            _agent.Dispose();
        }
    }

    /// <summary>Ends the client at once, so that nobody waits for it.</summary>
    public void End() => SshPrograms.End(_ssh);

    /// <summary>Ends all of it at once.</summary>
    public void Dispose()
    {
        SshPrograms.Close(_ssh);
        _relay.Dispose();
        Forget();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // What lies there is a host's public key.
        }
    }

    private async Task ListenAsync()
    {
        var piece = new char[512];
        try
        {
            int read;
            while ((read = await _ssh.StandardError.ReadAsync(piece).ConfigureAwait(false)) > 0)
            {
                _said.Append(piece, 0, read);
                _said.Remove(0, Math.Max(0, _said.Length - MaxSaid));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was ended.
        }
    }
}
