using System.Collections.Concurrent;
using Bartizan.Vault.Providers;

namespace Bartizan.Vault.Credentials;

/// <summary>
/// A session's login at one provider while it counts: it and its leases are renewed when half of their time is over, and what can't be
/// renewed any more is let go of before it ends, so that the next use begins anew.
/// </summary>
internal sealed class ProviderAccount : IDisposable
{
    /// <summary>The shortest time worth renewing for; what gets less has come to its longest.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(4);

    /// <summary>So long before its end nothing is lent any more: a request takes a while to arrive.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait in one piece, so that no server's number is more than a timer takes.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    private readonly ICredentialProvider _provider;
    private readonly TimeProvider _clock;
    private readonly Action<ProviderAccount> _ended;
    private readonly Action<ProviderAccount, KeptAnchor> _dropped;
    private readonly ConcurrentDictionary<string, ProvidedLoan> _loans = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ProvidedLoan, string> _leaving = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private long _ends;
    private bool _isOver;

    /// <summary>
    /// Takes it; <paramref name="ended"/> is told once, when it is over for whatever reason, and <paramref name="dropped"/> for each thing that
    /// is revoked alone, when that one is.
    /// </summary>
    public ProviderAccount(
        ProviderHold hold,
        ProviderRecord record,
        TimeProvider clock,
        Action<ProviderAccount> ended,
        Action<ProviderAccount, KeptAnchor> dropped
    )
    {
        (_provider, _clock, _ended, _dropped, Hold, Record) = (hold.Provider, clock, ended, dropped, hold, record);
    }

    /// <summary>Keeps it from now on; it was signed in to no earlier than <paramref name="since"/>.</summary>
    public void Keep(DateTimeOffset since)
    {
        if (!HasLogin)
        {
            LastUntil(DateTimeOffset.MaxValue);
            return;
        }

        LastUntil(since + Login.Ttl);
        _ = KeepAsync(
            new Term(null, Login.Ttl, Login.IsRenewable, DateTimeOffset.MaxValue, () => true, LastUntil, End),
            since
        );
    }

    public ProviderHold Hold { get; }

    public ProviderLogin Login => Hold.Login;

    /// <summary>False where nothing of the login stands there: what was issued is then revoked one by one, or not at all.</summary>
    public bool HasLogin => Login.Anchor.Length > 0;

    public ProviderRecord Record { get; }

    public ICredentialProvider Provider => _provider;

    /// <summary>A lease on what was issued already; null when it must be issued anew.</summary>
    public Lease? Borrow(string key, string field) =>
        _clock.GetUtcNow() is var now
        && now.UtcTicks < Volatile.Read(ref _ends)
        && _loans.TryGetValue(key, out var loan)
            ? loan.Borrow(field, now)
            : null;

    /// <summary>A lease on what counts still, though it should have been issued anew.</summary>
    public Lease? BorrowStill(string key, string field) =>
        _loans.TryGetValue(key, out var loan) ? loan.BorrowStill(field, _clock.GetUtcNow()) : null;

    /// <summary>Takes in what was asked for at <paramref name="since"/>; null when the login is over meanwhile.</summary>
    public Lease? Add(string key, string field, ProvidedLoan loan, IssuedSecret issued, DateTimeOffset since)
    {
        if (issued.Ttl > TimeSpan.Zero)
        {
            loan.LastUntil(since + issued.Ttl - s_margin);
            loan.GoesOnUntil(issued.Lease is null ? since + (issued.Ttl / 2) : DateTimeOffset.MaxValue);
        }

        lock (_lock)
        {
            if (_isOver)
            {
                loan.End(atOnce: true);
                Drop(loan);
                return null;
            }

            if (_loans.TryGetValue(key, out var before))
            {
                _ = DropAsync(key, before);
            }

            foreach (var gone in _leaving.Keys.Where(one => one.IsWiped))
            {
                _leaving.TryRemove(gone, out _);
            }

            _loans[key] = loan;
        }

        if (issued.Lease is not null || loan.Anchor is not null)
        {
            // One that is replaced has been dropped by whoever replaced it.
            _ = KeepAsync(
                new Term(
                    issued.Lease,
                    issued.Ttl,
                    issued.IsRenewable && issued.Lease is not null,
                    loan.Until,
                    () => _loans.TryGetValue(key, out var current) && ReferenceEquals(current, loan),
                    until => loan.LastUntil(until - s_margin),
                    () => _ = DropAsync(key, loan)
                ),
                since
            );
        }

        return loan.Borrow(field, _clock.GetUtcNow());
    }

    /// <summary>Shows a field of what was lent, to compare with: while it is in memory, whether or not it would be lent still.</summary>
    public void Compare(string key, string field, Action<ReadOnlyMemory<char>> look)
    {
        foreach (var (loan, _) in _leaving.Where(one => one.Value == key))
        {
            Show(loan, field, look);
        }

        if (_loans.TryGetValue(key, out var current))
        {
            Show(current, field, look);
        }
    }

    /// <summary>Ends it with everything that was issued under it.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
        }

        _ending.Cancel();
        foreach (var loan in _loans.Values.Concat(_leaving.Keys))
        {
            loan.End(atOnce: true);
            Drop(loan);
        }

        _ended(this);
    }

    public void Dispose() => _ending.Dispose();

    private static void Show(ProvidedLoan loan, string field, Action<ReadOnlyMemory<char>> look)
    {
        using var lease = loan.BorrowToCompare(field);
        try
        {
            lease?.Apply(look);
        }
        catch (ObjectDisposedException)
        {
            // The session ended meanwhile, and with it the value.
        }
    }

    private void Drop(ProvidedLoan loan)
    {
        if (loan.Anchor is { } anchor && anchor.Take())
        {
            _dropped(this, anchor);
        }
    }

    private void LastUntil(DateTimeOffset until) => Volatile.Write(ref _ends, (until - s_margin).UtcTicks);

    private async Task DropAsync(string key, ProvidedLoan loan)
    {
        // A request may still be made with it, and its value come back: it is looked for until it is wiped.
        _leaving[loan] = key;
        _loans.TryRemove(KeyValuePair.Create(key, loan));
        loan.End(atOnce: false);
        Drop(loan);
        if (loan.LeaseId is not { } lease)
        {
            return;
        }

        try
        {
            await _provider.RevokeAsync(Login, lease, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProviderException or OperationCanceledException or ObjectDisposedException)
        {
            // It hangs on the login, and ends with that one at the latest.
        }
    }

    private async Task KeepAsync(Term term, DateTimeOffset since)
    {
        // What has no time of its own lasts as long as the manifest lends it.
        var (ttl, until) = (term.Ttl, term.Ttl > TimeSpan.Zero ? since + term.Ttl : DateTimeOffset.MaxValue);
        try
        {
            var wait = ttl / 2;
            while (term.IsRenewable && wait >= s_least / 2 && term.Longest - _clock.GetUtcNow() > wait)
            {
                await Task.Delay(wait < s_longestWait ? wait : s_longestWait, _clock, _ending.Token)
                    .ConfigureAwait(false);
                if (!term.Counts())
                {
                    return;
                }

                try
                {
                    // Counted from when it was asked for: there it began no earlier.
                    since = _clock.GetUtcNow();
                    ttl = await _provider.RenewAsync(Login, term.Lease, term.Ttl, _ending.Token).ConfigureAwait(false);
                    (until, wait) = (since + ttl, ttl / 2);
                    term.Renewed(until);
                }
                catch (ProviderException e) when (e.Fault is ProviderFault.Busy or ProviderFault.Lost)
                {
                    // Asked again while there is time.
                    wait = (until - _clock.GetUtcNow()) / 2;
                }
            }

            var last = until - s_margin < term.Longest ? until - s_margin : term.Longest;
            while (last - _clock.GetUtcNow() is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left < s_longestWait ? left : s_longestWait, _clock, _ending.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It isn't known there any more, or nobody can say: it is let go of.
        }

        if (term.Counts())
        {
            term.End();
        }
    }

    // How long a lease, or the login itself (null), is kept, and who is told.
    private sealed record Term(
        string? Lease,
        TimeSpan Ttl,
        bool IsRenewable,
        DateTimeOffset Longest,
        Func<bool> Counts,
        Action<DateTimeOffset> Renewed,
        Action End
    );
}
