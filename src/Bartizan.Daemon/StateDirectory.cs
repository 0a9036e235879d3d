using Bartizan.Core.Sessions;

namespace Bartizan.Daemon;

/// <summary>
/// The one directory of an instance, mode 0700, and the lock that says which process owns it. Everything Bartizan keeps is
/// below it; removing it removes Bartizan's memory.
/// </summary>
public sealed class StateDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _lock;

    private StateDirectory(string home, FileStream taken)
    {
        Home = home;
        _lock = taken;
    }

    /// <summary>The directory.</summary>
    public string Home { get; }

    /// <summary>The log: segments and checkpoints.</summary>
    public string Log => Path.Combine(Home, "log");

    /// <summary>Payloads, encrypted, one file a session.</summary>
    public string Payloads => Path.Combine(Home, "payloads");

    /// <summary>The instance's keys.</summary>
    public string Keys => Path.Combine(Home, "keys");

    /// <summary>What belongs to sessions: stages and their baselines.</summary>
    public string Sessions => Path.Combine(Home, "sessions");

    /// <summary>The policies that sessions ran under, by their digests.</summary>
    public string Policies => Path.Combine(Home, "policies");

    /// <summary>The vault's folder.</summary>
    public string Vault => Path.Combine(Home, "vault");

    /// <summary>The roles that stand in databases.</summary>
    public string Databases => Path.Combine(Home, "databases.json");

    /// <summary>The logins that stand at providers.</summary>
    public string Providers => Path.Combine(Home, "providers.json");

    /// <summary>Who the end users are that entries name by pseudonyms.</summary>
    public string Users => UsersOf(Home);

    /// <summary>The control socket.</summary>
    public string ControlSocket => Path.Combine(Home, "control.sock");

    /// <summary>The socket that the console's own process asks at.</summary>
    public string WebSocket => Path.Combine(Home, "web.sock");

    /// <summary>What the sandboxes share on this host: ids in use.</summary>
    public string Sandboxes => Path.Combine(Home, "sandboxes");

    /// <summary>Who only asks whether it is owned holds the lock for an instant: nobody is turned away for that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Takes the directory for this process; null when another process owns it.</summary>
    public static StateDirectory? Take(string home)
    {
        Directory.CreateDirectory(home, OwnerOnly);
        File.SetUnixFileMode(home, OwnerOnly);
        FileStream? taken = null;
        if (!SpinWait.SpinUntil(() => (taken = Lock(home)) is not null, Patience))
        {
            return null;
        }

        var state = new StateDirectory(home, taken!);
        foreach (
            var folder in (string[])
                [state.Log, state.Payloads, state.Keys, state.Sessions, state.Sandboxes, state.Vault]
        )
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }

        return state;
    }

    /// <summary>True while a process owns the directory: from before its first write until after its last.</summary>
    public static bool IsOwned(string home)
    {
        try
        {
            using var probe = new FileStream(LockOf(home), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Where the users of an instance's directory stand, whether it runs or not.</summary>
    public static string UsersOf(string home) => Path.Combine(home, "users.jsonl");

    /// <summary>The folder of one session.</summary>
    public string Session(SessionId id) => Path.Combine(Sessions, id.ToString());

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream? Lock(string home)
    {
        try
        {
            // FileShare.None is flock(2) on Unix: it goes with the process, however that ends.
            return new FileStream(LockOf(home), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string LockOf(string home) => Path.Combine(home, "daemon.lock");
}
