using System.Text;
using Bartizan.Log;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Vaults;

/// <summary>A file among the instance's keys: written beside, synced and renamed.</summary>
/// <param name="folder">The keys' folder.</param>
/// <param name="name">The file's name.</param>
internal sealed class KeyDisk(string folder, string name) : IKeyDisk
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Place => Path.Combine(folder, name);

    /// <inheritdoc/>
    public string? Read()
    {
        try
        {
            return (File.GetUnixFileMode(Place) & ~OwnerOnly) == UnixFileMode.None
                ? File.ReadAllText(Place)
                : throw new IOException($"the key file `{Place}` can be read by others; `chmod 600` it");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Replace(string text) => DurableFile.Replace(Place, Encoding.ASCII.GetBytes(text), OwnerOnly);
}
