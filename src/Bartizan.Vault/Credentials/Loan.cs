namespace Bartizan.Vault.Credentials;

/// <summary>
/// One value that a session was lent, until its time is over and the last request that is being made with it has been made.
/// </summary>
internal sealed class Loan(string path, int version, string handle, Secret secret, DateTimeOffset until)
{
    private readonly Lock _lock = new();
    private int _borrowed;
    private bool _ended;
    private bool _wiped;

    public string Handle => handle;

    public string Path => path;

    public int Version => version;

    public DateTimeOffset Until => until;

    public bool IsWiped
    {
        get
        {
            lock (_lock)
            {
                return _wiped;
            }
        }
    }

    /// <summary>A lease on it; null when it has ended.</summary>
    public Lease? Borrow()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return null;
            }

            _borrowed++;
            return new Lease(handle, secret, GiveBack);
        }
    }

    /// <summary>A lease to compare with, whatever its time; null when it is wiped.</summary>
    public Lease? BorrowToCompare()
    {
        lock (_lock)
        {
            if (_wiped)
            {
                return null;
            }

            _borrowed++;
            return new Lease(handle, secret, GiveBack);
        }
    }

    /// <summary>Ends it: at once, or when the last lease was given back.</summary>
    public void End(bool atOnce)
    {
        lock (_lock)
        {
            _ended = true;
            if (atOnce || _borrowed == 0)
            {
                _wiped = true;
                secret.Dispose();
            }
        }
    }

    private void GiveBack()
    {
        lock (_lock)
        {
            if (--_borrowed == 0 && _ended)
            {
                _wiped = true;
                secret.Dispose();
            }
        }
    }
}
