using System.Security;
using Bartizan.Core.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>Reads and writes locks: the one beside a manifest, and the one that an instance keeps of what it saw first.</summary>
public static class LockFiles
{
    /// <summary>Where the lock of a manifest stands: <c>agent.lock</c> beside <c>agent.yaml</c>.</summary>
    public static string PathOf(string manifest) => Path.ChangeExtension(Path.GetFullPath(manifest), ".lock");

    /// <summary>Reads one; null when there is none.</summary>
    public static PinLockLoad? Load(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (file.Length > PinFile.MaxBytes)
            {
                return new PinLockLoad(
                    null,
                    $"`{path}` is larger than {PinFile.MaxBytes} bytes; nothing is pinned by it"
                );
            }

            using var reader = new StreamReader(file);
            return PinFile.Load(reader.ReadToEnd(), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            return new PinLockLoad(null, $"`{path}` can't be read; nothing is pinned by it, so nothing is let through");
        }
    }

    /// <summary>Writes one, whole or not at all.</summary>
    /// <exception cref="IOException">When it can't be written.</exception>
    public static void Write(string path, PinLock pins)
    {
        var beside = $"{path}.{Environment.ProcessId}.new";
        try
        {
            File.WriteAllText(beside, PinFile.Write(pins));
            File.Move(beside, path, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"`{path}` can't be written", e);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
