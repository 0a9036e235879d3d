using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// Gives each sandbox a host user of its own. A user is taken while the lock on its file is held, so that two daemons never
/// share one, and a daemon that dies gives all of its back.
/// </summary>
internal sealed class HostUserPool(string directory, int first, int count)
{
    private const int OwnerOnly = 0x180; // 0600
    private const int MostFileBytes = 64; // a session id, with room

    /// <summary>True when a user is taken, or was by a daemon that is gone.</summary>
    public bool HasAny => Directory.Exists(directory) && Directory.EnumerateFiles(directory).Any();

    /// <summary>Takes a user; null when all are taken.</summary>
    public Reservation? Reserve(SessionId session)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // A random start: users are used evenly, and what an earlier sandbox left behind belongs to nobody for long.
        var start = RandomNumberGenerator.GetInt32(count);
        for (var i = 0; i < count; i++)
        {
            var user = first + ((start + i) % count);
            var path = Path.Combine(directory, user.ToString(CultureInfo.InvariantCulture));
            var file = Descriptor.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW, OwnerOnly);
            // One that names a session is what a killed daemon left: it is not given again before it was cleared.
            if (
                Libc.flock(file, Libc.LOCK_EX | Libc.LOCK_NB) == 0
                && HasName(file, path)
                && file.ReadText(MostFileBytes).Length == 0
            )
            {
                file.Write(Encoding.UTF8.GetBytes(session.ToString()));
                return new Reservation(user, path, file);
            }

            file.Dispose();
        }

        return null;
    }

    /// <summary>
    /// What daemons that died left: each session with its user, which stays taken until what is left of the session is gone and this is
    /// disposed, or which another daemon may find again when it is kept.
    /// </summary>
    public IReadOnlyList<(SessionId Session, Reservation User)> Abandoned()
    {
        var found = new List<(SessionId, Reservation)>();
        foreach (var path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : [])
        {
            try
            {
                var file = Descriptor.Open(path, Libc.O_RDWR | Libc.O_NOFOLLOW);
                var free = Libc.flock(file, Libc.LOCK_EX | Libc.LOCK_NB) == 0 && HasName(file, path);
                if (free && SessionId.TryParse(file.ReadText(MostFileBytes), out var session))
                {
                    found.Add((session, new Reservation(0, path, file)));
                    continue;
                }

                if (free)
                {
                    File.Delete(path);
                }

                file.Dispose();
            }
            catch (IOException)
            {
                // Another daemon gave it back, or looks at it, at this moment.
            }
        }

        return found;
    }

    // A file that its last holder removed between our open and our lock guards nothing any more.
    private static bool HasName(Descriptor file, string path) =>
        new FileInfo($"/proc/self/fd/{file.Number}").LinkTarget == path;

    /// <summary>A user that is taken until this is disposed.</summary>
    internal sealed class Reservation(int user, string path, Descriptor file) : IDisposable
    {
        /// <summary>The user.</summary>
        public int User { get; } = user;

        /// <summary>Lets go of it and leaves the record: what it stands for isn't gone.</summary>
        public void Keep() => file.Dispose();

        public void Dispose()
        {
            if (!file.IsClosed)
            {
                // Removed while still locked: whoever opened it meanwhile locks a file without a name, which HasName sees.
                File.Delete(path);
                file.Dispose();
            }
        }
    }
}
