using System.Text;
using Bartizan.Daemon.Identity;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// The file with the authorities of callers' certificates. It is looked at with each request, so that one that was taken out lets nobody
/// in any more:
/// <code>
/// changed? ─ no ──────────────────────────► those of before
///          ─ yes ─ read ─ fit ────────────► the new ones, from this request on
///                       ─ not ── said once ► nobody, until the file changes again
/// </code>
/// INVARIANT: those of before aren't kept when it can't be read: who took one out and made a mistake in it took it out.
/// </summary>
internal sealed class CallerAuthorityFile
{
    /// <summary>Bytes of the file.</summary>
    public const int MaxBytes = 512 << 10;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly Action<string> _say;
    private readonly string _agent;
    private CallerAuthorities? _now;
    private string _stamp;

    private CallerAuthorityFile(string path, string stamp, CallerAuthorities now, Action<string> say, string agent) =>
        (_path, _stamp, _now, _say, _agent) = (path, stamp, now, say, agent);

    /// <summary>Reads it for the first time.</summary>
    /// <exception cref="IOException">It isn't fit.</exception>
    public static CallerAuthorityFile Open(string path, Action<string> say, string agent)
    {
        // Before it is read, so that a change meanwhile is seen next time.
        var stamp = TlsFiles.StampOf(path);
        return new CallerAuthorityFile(path, stamp, Read(path), say, agent);
    }

    /// <summary>Who vouches for callers' certificates now; the same object until the file changes, null while it isn't fit.</summary>
    public CallerAuthorities? Now()
    {
        lock (_lock)
        {
            if (TlsFiles.StampOf(_path) is var stamp && stamp != _stamp)
            {
                _stamp = stamp;
                ReadAgain();
            }

            return _now;
        }
    }

    private void ReadAgain()
    {
        try
        {
            _now = Read(_path);
            _say($"{_agent}'s callers: `{_path}` was read anew");
        }
        catch (IOException e)
        {
            _now = null;
            _say($"{_agent}'s callers: {e.Message}; no certificate lets anybody in until it is mended");
        }
    }

    private static CallerAuthorities Read(string path)
    {
        try
        {
            // A pipe, device or socket has no length; opening a pipe would wait for ever.
            var real = File.Exists(path)
                ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path
                : path;
            if (new FileInfo(real) is not { Exists: true, Length: > 0 and <= MaxBytes })
            {
                throw new IOException($"`{path}` is no file of 1 to {MaxBytes} bytes");
            }

            using var stream = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (File.GetUnixFileMode(stream.SafeFileHandle).HasFlag(UnixFileMode.OtherWrite))
            {
                throw new IOException($"`{path}` can be written by everybody; run `chmod o-w` on it");
            }

            var bytes = new byte[MaxBytes];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Parse(path, Encoding.Latin1.GetString(bytes, 0, length));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"`{path}` can't be read by this user", e);
        }
    }

    private static CallerAuthorities Parse(string path, string pem)
    {
        try
        {
            return CallerAuthorities.Read(pem);
        }
        catch (IOException e)
        {
            throw new IOException($"`{path}` {e.Message}", e);
        }
    }
}
