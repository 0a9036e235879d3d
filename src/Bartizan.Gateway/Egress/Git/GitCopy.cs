using System.Buffers;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>Both directions of one granted call of Git, until the host's program has ended.</summary>
internal sealed class GitCopy(
    EgressWiring wiring,
    EgressConnection connection,
    WireReader reader,
    Passage passage,
    SshConnection ssh,
    bool isPush
)
{
    private const int CopyBytes = 64 * 1024;

    /// <summary>What OpenSSH itself says when it, and not the host's program, failed.</summary>
    private const int OwnFailure = 255;

    private long _out;
    private long _in;
    private string? _cut;

    /// <summary>Copies to the end and says how it went.</summary>
    public async ValueTask<Outcome> RunAsync(string name)
    {
        using var idle = new IdleWatch(wiring.Clock, wiring.Options.IdleWithin, GiveUp);
        var forth = ForthAsync(idle);
        try
        {
            return await EndAsync(name, idle).ConfigureAwait(false);
        }
        finally
        {
            // INVARIANT: nobody writes from the reader's buffer after this: it goes back to who may fill it for another session.
            ssh.End();
            connection.Client.Dispose();
            await forth.ConfigureAwait(false);
        }
    }

    private async ValueTask<Outcome> EndAsync(string name, IdleWatch idle)
    {
        var heard = await BackAsync(idle).ConfigureAwait(false);
        if (passage.Revoked.IsCancellationRequested || _cut is not null)
        {
            return Ended(OutcomeKind.Cut, _cut ?? "the session ended");
        }

        if (!heard)
        {
            // Nobody reads any more, and the host's program could wait for that for ever: it is ended, not waited for.
            connection.Abort();
            return isPush && _out > 0
                ? Ended(OutcomeKind.Unknown, "its client went away; the host may have carried it out")
                : Ended(OutcomeKind.Cancelled, "");
        }

        var (code, said) = await ssh.WaitAsync(connection.Ending).ConfigureAwait(false);
        if (code != 0 && _in == 0)
        {
            // What OpenSSH says names places of this host; what the host's program says is for who asked.
            var told = code == OwnFailure ? $"`{name}` can't be opened; the log says why" : $"`{name}` says: {said}";
            await connection.EndWithAsync(GitAnswers.Error(told)).ConfigureAwait(false);
        }
        else
        {
            await connection.EndWithAsync(default).ConfigureAwait(false);
        }

        return code == 0
            ? Ended(OutcomeKind.Done, "")
            : Ended(OutcomeKind.Failed, $"ssh ended with code {code}: {said}");
    }

    private Outcome Ended(OutcomeKind kind, string detail) =>
        new(kind, detail, new Usage { BytesOut = _out, BytesIn = _in });

    private void GiveUp()
    {
        _cut ??= "nothing moved for too long";
        connection.Abort();
    }

    /// <summary>False when the client has gone, or something was kept back.</summary>
    private async Task<bool> BackAsync(IdleWatch idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            int read;
            while ((read = await ssh.Output.ReadAsync(buffer, connection.Ending).ConfigureAwait(false)) > 0)
            {
                // It speaks, so it was opened: nobody needs the key any more.
                ssh.Forget();
                idle.Touch();
                _in += read;
                if (
                    !await MayPassAsync(buffer.AsMemory(0, read), Heading.Back).ConfigureAwait(false)
                    || !await connection
                        .Client.TrySendAsync(buffer.AsMemory(0, read), connection.Ending)
                        .ConfigureAwait(false)
                )
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // OpenSSH was ended.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return true;
    }

    private async Task ForthAsync(IdleWatch idle)
    {
        try
        {
            do
            {
                var bytes = reader.Buffered;
                if (!bytes.IsEmpty)
                {
                    idle.Touch();
                    if (!await MayPassAsync(bytes, Heading.Out).ConfigureAwait(false))
                    {
                        return;
                    }

                    await ssh.Input.WriteAsync(bytes, connection.Ending).ConfigureAwait(false);
                    await ssh.Input.FlushAsync(connection.Ending).ConfigureAwait(false);
                    _out += bytes.Length;
                    reader.Advance(bytes.Length);
                }
            } while (await reader.FillAsync(connection.Ending).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The host's program has ended, or the session.
        }
        finally
        {
            CloseInput();
        }
    }

    private void CloseInput()
    {
        try
        {
            ssh.Input.Dispose();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The host's program has ended.
        }
    }

    private async ValueTask<bool> MayPassAsync(ReadOnlyMemory<byte> bytes, Heading heading)
    {
        var inspection = await passage.CarryAsync(bytes, heading, connection.Ending).ConfigureAwait(false);
        if (inspection.Verdict == InspectionVerdict.Forward)
        {
            return true;
        }

        _cut ??= passage.CutBecause;
        connection.Abort();
        return false;
    }
}
