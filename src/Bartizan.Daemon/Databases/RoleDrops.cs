using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Providers;
using Npgsql;

namespace Bartizan.Daemon.Databases;

/// <summary>
/// The roles that are to be dropped. Each is tried at once, and again, later and later, until its server says that it is gone; that is an
/// entry, and so is the first failure.
/// </summary>
internal sealed class RoleDrops(RoleBook book, CredentialLender lender, IJournal journal, TimeProvider clock)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two tries: a server that is back is seen within a minute.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (RoleRecord Record, string Problem)> _pending = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _ending = new();

    /// <summary>What waits, one sentence for each.</summary>
    public ImmutableArray<string> Pending =>
        [
            .. _pending
                .Values.OrderBy(one => one.Record.Role, StringComparer.Ordinal)
                .Select(one => $"the role {one.Record.Role} of {one.Record.Database} isn't dropped yet: {one.Problem}"),
        ];

    /// <summary>Drops what a start finds in the book: nobody has it.</summary>
    public void Sweep()
    {
        foreach (var record in book.Roles)
        {
            _ = Begin(record, null);
        }
    }

    /// <summary>Drops a role; completes with the first try, and goes on by itself where that fails.</summary>
    /// <param name="record">The role.</param>
    /// <param name="server">Who drops it, and is disposed of then; null to be made of what the record says.</param>
    public Task Begin(RoleRecord record, PostgresRoles? server)
    {
        var tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = DropAsync(record, server, tried);
        _running[running] = true;
        _ = running.ContinueWith(task => _running.TryRemove(task, out _), TaskScheduler.Default);
        return tried.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task DropAsync(RoleRecord record, PostgresRoles? server, TaskCompletionSource tried)
    {
        var wait = s_firstWait;
        try
        {
            while (true)
            {
                if (await TryAsync(record, server).ConfigureAwait(false) is not { } problem)
                {
                    _pending.TryRemove(record.Role, out _);
                    book.Remove(record.Role);
                    await SayAsync(record, "role dropped", "").ConfigureAwait(false);
                    return;
                }

                if (_pending.TryAdd(record.Role, (record, problem)))
                {
                    await SayAsync(record, "role not dropped yet", problem).ConfigureAwait(false);
                }

                _pending[record.Role] = (record, problem);
                tried.TrySetResult();
                await Task.Delay(wait, clock, _ending.Token).ConfigureAwait(false);
                wait = wait * 2 < s_longestWait ? wait * 2 : s_longestWait;
            }
        }
        catch (OperationCanceledException)
        {
            // The instance ends; the book knows it, and the next start goes on.
        }
        finally
        {
            tried.TrySetResult();
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // Null when it is gone.
    private async Task<string?> TryAsync(RoleRecord record, PostgresRoles? server)
    {
        try
        {
            if (server is not null)
            {
                await server.DropAsync(record.Role, _ending.Token).ConfigureAwait(false);
                return null;
            }

            var own = await OpenAsync(record).ConfigureAwait(false);
            await using (own.ConfigureAwait(false))
            {
                await own.DropAsync(record.Role, _ending.Token).ConfigureAwait(false);
            }

            return null;
        }
        catch (PostgresException e)
        {
            return $"the server says {e.SqlState}: {e.MessageText}";
        }
        catch (CredentialUnavailableException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            return "the server can't be reached";
        }
    }

    // The session is over, and with it what it was lent: this is a use of its own, and an entry where it comes from the vault.
    private async Task<PostgresRoles> OpenAsync(RoleRecord record)
    {
        var id = SessionId.New();
        lender.Open(
            id,
            record.Agent,
            ImmutableDictionary<string, Core.Manifests.CredentialSource>.Empty.Add(
                record.Credential,
                record.ToSource()
            ),
            record.Folder,
            ImmutableDictionary<string, string>.Empty
        );
        try
        {
            using var lease = await lender
                .LendAsync(id, record.Credential, record.ToDatabase().Address, _ending.Token)
                .ConfigureAwait(false);
            return RoleDesk.Open(record.ToDatabase(), lease);
        }
        finally
        {
            lender.Close(id);
        }
    }

    private async Task SayAsync(RoleRecord record, string what, string why)
    {
        try
        {
            await journal
                .AppendAsync(RoleDesk.EntryOf(record, what, why), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It is dropped all the same.
        }
    }
}
