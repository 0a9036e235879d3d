using Bartizan.Core.Entries;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault;

/// <summary>How it is opened: what the log knows is asked first, and a file that it doesn't know stays sealed.</summary>
public sealed partial class SealedVault
{
    /// <summary>Refuses a file that the log doesn't know by its front, before any key is touched for it.</summary>
    /// <param name="known">What the log knows.</param>
    /// <exception cref="VaultRefusedException">When it is another vault, or has another lock.</exception>
    public void CheckFront(VaultMark known)
    {
        lock (_lock)
        {
            if (_file is { } file && file.Digest != known.File && (known.Generation == 0 || file.Front != known.Front))
            {
                throw new VaultRefusedException(
                    known.Generation == 0
                        ? "the log knows of no vault, and here is one"
                        : "this isn't the vault that the log knows: its id or its lock is another",
                    "put the last file back; if this one lies here on purpose, say `--accept-older`, which is recorded"
                );
            }
        }
    }

    /// <summary>Unlocks the file, and lends nothing yet: <see cref="Open"/> does that, once it is recorded.</summary>
    /// <param name="key">The lock's key.</param>
    /// <param name="known">What the log knows.</param>
    /// <param name="acceptOlder">True when a person says that a file that the log doesn't know lies here on purpose.</param>
    /// <exception cref="VaultRefusedException">When the key is wrong, or the file isn't the one that belongs here.</exception>
    public VaultOpening Unlock(KeyBytes key, VaultMark known, bool acceptOlder = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            Look();
            var file =
                _file
                ?? throw new VaultRefusedException(
                    Problem ?? "there is no vault here",
                    Problem is null ? "`bartizan vault init` makes one" : "put the last good file back"
                );
            if (!acceptOlder)
            {
                CheckFront(known);
            }

            var inner =
                file.Lock.Open(key, file.Id)
                ?? throw new VaultRefusedException(
                    "that doesn't open this vault",
                    "`bartizan vault status` says what does"
                );
            try
            {
                var state = file.Open(inner);

                // INVARIANT: what the log says of the file holds for each of its bytes. Of another nothing is known: all is read now.
                if (file.Digest != known.File)
                {
                    _ = state.Records;
                }

                return Judged(file, state, inner, known, acceptOlder);
            }
            catch (Exception e)
            {
                inner.Dispose();
                throw e is InvalidDataException
                    ? new VaultRefusedException(
                        $"the vault's file was changed: {e.Message}",
                        "put the last good file back"
                    )
                    : e;
            }
        }
    }

    /// <summary>Opens what was unlocked.</summary>
    /// <exception cref="VaultRefusedException">When it isn't sealed any more.</exception>
    public void Open(VaultOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        lock (_lock)
        {
            if (_inner is not null)
            {
                throw new VaultRefusedException("it is open already");
            }

            (_file, _state, _inner) = (opening.File, opening.State, opening.Take());
        }
    }

    /// <summary>Opens it at once, where nothing is to be recorded before.</summary>
    internal void Unseal(KeyBytes key, VaultMark known, bool acceptOlder = false)
    {
        using var opening = Unlock(key, known, acceptOlder);
        Open(opening);
    }

    private static VaultOpening Judged(
        VaultFile file,
        VaultState state,
        KeyBytes inner,
        VaultMark known,
        bool acceptOlder
    )
    {
        // One that was accepted as older has the log's number from then on, which its own file doesn't say.
        if (file.Digest == known.File)
        {
            return new(file, state with { Generation = Math.Max(state.Generation, known.Generation) }, inner);
        }

        // INVARIANT: the file comes before its entry, so after a crash one change may be ahead of the log, and no more.
        if (
            known.Generation > 0
            && state.Generation == known.Generation + 1
            && state.Before == known.File
            && file.Front == known.Front
        )
        {
            return new(file, state, inner);
        }

        return acceptOlder
            ? new(file, state with { Generation = Math.Max(state.Generation, known.Generation) + 1 }, inner)
            {
                IsOlder = true,
            }
            : throw new VaultRefusedException(
                $"this isn't the vault's last file: its generation is {state.Generation}, the log knows of {known.Generation}",
                "put the last one back; if this one was put back on purpose, say `--accept-older`, which is recorded"
            );
    }
}
