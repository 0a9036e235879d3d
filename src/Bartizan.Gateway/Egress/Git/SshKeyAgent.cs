using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>
/// OpenSSH's own agent with one private key, for one connection. The key goes to it through a pipe: it is never a file, a variable or
/// a word of a command line, and the agent ends once the host speaks, after a minute at the latest.
/// </summary>
internal sealed class SshKeyAgent : IDisposable
{
    /// <summary>Longer than a host takes to ask for it.</summary>
    private const string Seconds = "60";

    private readonly Process _agent;

    private SshKeyAgent(Process agent) => _agent = agent;

    /// <summary>Starts it at <paramref name="socket"/> and gives it the key.</summary>
    /// <exception cref="SshUnusableException">When it takes no such key.</exception>
    public static async Task<SshKeyAgent> StartAsync(string socket, ILease lease, CancellationToken cancellationToken)
    {
        var agent = new SshKeyAgent(SshPrograms.Start("ssh-agent", ["-D", "-a", socket]));
        try
        {
            // It says where it listens once it does.
            if (await agent._agent.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                throw new SshUnusableException("`ssh-agent` can't be started");
            }

            var adding = SshPrograms.Start("ssh-add", ["-q", "-t", Seconds, "-"], ("SSH_AUTH_SOCK", socket));
            try
            {
                await GiveAsync(lease, adding.StandardInput.BaseStream, cancellationToken).ConfigureAwait(false);
                adding.StandardInput.Close();
                await adding.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                return adding.ExitCode == 0
                    ? agent
                    : throw new SshUnusableException(
                        "its credential is no private key of OpenSSH without a passphrase"
                    );
            }
            finally
            {
                SshPrograms.Close(adding);
            }
        }
        catch
        {
            agent.Dispose();
            throw;
        }
    }

    /// <summary>Ends it, and with it what it held.</summary>
    public void Dispose()
    {
        SshPrograms.Close(_agent);
    }

    private static async Task GiveAsync(ILease lease, Stream to, CancellationToken cancellationToken)
    {
        byte[] key = [];
        lease.Apply(value => key = BytesOf(value.Span));
        try
        {
            await to.WriteAsync(key, cancellationToken).ConfigureAwait(false);
            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended; its code says that it took nothing.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // The key's file as it is, or, because a vault's value is one line, in Base64. The line's end is for ssh-add, which wants one.
    private static byte[] BytesOf(ReadOnlySpan<char> value)
    {
        var bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(value) + 1, pinned: true);
        var length = 0;
        if (
            value.StartsWith("-----BEGIN ", StringComparison.Ordinal)
            || !Convert.TryFromBase64Chars(value, bytes, out length)
        )
        {
            length = Encoding.UTF8.GetBytes(value, bytes);
        }

        bytes[length] = (byte)'\n';
        return bytes;
    }
}
