using System.Collections.Immutable;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Keys;

/// <summary>A key in a file of 32 bytes that nobody but its owner can reach, or in a credential of the service manager.</summary>
public static class KeyFile
{
    /// <summary>The variable in which the service manager names its folder of credentials.</summary>
    public const string CredentialsVariable = "CREDENTIALS_DIRECTORY";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode NotOwner =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Makes a lock for a key file, and the file.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="existing">True when a person says that the key is one that lies there already.</param>
    /// <exception cref="VaultRefusedException">When it can't be made or read.</exception>
    public static (VaultLock Lock, KeyBytes Key) Make(string path, bool existing = false)
    {
        var place = Path.GetFullPath(path);
        try
        {
            if (!existing)
            {
                using var fresh = KeyBytes.Random(SealedBox.KeyBytes);
                var options = new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = Owner,
                    BufferSize = 0,
                };
                using var stream = new FileStream(place, options);
                stream.Write(fresh.Span);
                stream.Flush(flushToDisk: true);
            }
        }
        catch (IOException) when (Path.Exists(place))
        {
            throw new VaultRefusedException(
                $"there is a file at `{place}` already",
                "name another place; if that is the key on purpose, say `--existing-key`"
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultRefusedException($"the key file `{place}` can't be made: {e.Message}", "name another place");
        }

        var made = new VaultLock { Kind = LockKind.KeyFile, Place = place };
        return (made, Read(made));
    }

    /// <summary>Makes a lock for a credential of the service manager.</summary>
    /// <exception cref="VaultRefusedException">When the daemon wasn't given it.</exception>
    public static (VaultLock Lock, KeyBytes Key) MakeOfService(string name)
    {
        var made = new VaultLock { Kind = LockKind.ServiceCredential, Place = name };
        return (made, Read(made));
    }

    /// <summary>The key of a lock whose key lies in a file.</summary>
    /// <exception cref="VaultRefusedException">When it isn't there, isn't a key, or can be reached by others.</exception>
    public static KeyBytes Read(VaultLock of)
    {
        ArgumentNullException.ThrowIfNull(of);
        var place = of.Kind switch
        {
            LockKind.KeyFile => of.Place,
            LockKind.ServiceCredential => PlaceOf(of.Place),
            _ => throw new VaultRefusedException(
                "this vault's key doesn't lie in a file",
                "`bartizan vault status` says what opens it"
            ),
        };
        try
        {
            return ReadChecked(place, of.Kind == LockKind.KeyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VaultRefusedException(
                $"the key file `{place}` can't be read",
                "put it back; without it nobody can open this vault"
            );
        }
    }

    /// <summary>Where the key of a lock lies, by every name of it that no link changes; empty when it lies in no file.</summary>
    public static ImmutableArray<string> PlacesOf(VaultLock? of)
    {
        var place = of?.Kind switch
        {
            LockKind.KeyFile => Path.GetFullPath(of.Place),
            LockKind.ServiceCredential => Environment.GetEnvironmentVariable(CredentialsVariable),
            _ => null,
        };
        if (place is not { Length: > 0 })
        {
            return [];
        }

        var real = "/";
        foreach (var part in place.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = TargetOf(next) ?? next;
        }

        return [.. new[] { place, real }.Distinct(StringComparer.Ordinal)];
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The service manager guards its folder itself, and lets others of the service's group in by lists of its own.
    private static KeyBytes ReadChecked(string place, bool byOwnerOnly)
    {
        var file = new FileInfo(place);
        if (byOwnerOnly && file.LinkTarget is not null)
        {
            throw new VaultRefusedException($"the key file `{place}` is a symbolic link", "name the file itself");
        }

        if (!file.Exists || file.Length != SealedBox.KeyBytes)
        {
            throw new VaultRefusedException(
                $"the key file `{place}` isn't a regular file of {SealedBox.KeyBytes} bytes",
                $"`head -c {SealedBox.KeyBytes} /dev/urandom` makes one"
            );
        }

        using var stream = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (byOwnerOnly && (File.GetUnixFileMode(stream.SafeFileHandle) & NotOwner) != UnixFileMode.None)
        {
            throw new VaultRefusedException(
                $"the key file `{place}` can be reached by others",
                "run `chmod go-rwx` on it, and `bartizan vault rekey` if they may have read it"
            );
        }

        var key = new KeyBytes(SealedBox.KeyBytes);
        stream.ReadExactly(key.Span);
        return key;
    }

    private static string PlaceOf(string name)
    {
        if (name.Length == 0 || name.StartsWith('.') || name.Contains('/', StringComparison.Ordinal))
        {
            throw new VaultRefusedException($"`{name}` is no name of a service's credential", "it has no `/` in it");
        }

        return Environment.GetEnvironmentVariable(CredentialsVariable) is { Length: > 0 } folder
            ? Path.Combine(folder, name)
            : throw new VaultRefusedException(
                $"the daemon was given no credentials: `{CredentialsVariable}` isn't set",
                $"start it from a unit with `LoadCredentialEncrypted={name}`"
            );
    }
}
