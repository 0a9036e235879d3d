using System.Text;
using Bartizan.Log;
using Bartizan.Vault.Authority;

namespace Bartizan.Daemon.Vaults;

/// <summary>The certificate authority's file among the instance's keys: written beside, synced and renamed.</summary>
internal sealed class AuthorityDisk(string folder) : IAuthorityDisk
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Place => Path.Combine(folder, "authority.pem");

    /// <inheritdoc/>
    public string? Read()
    {
        try
        {
            return (File.GetUnixFileMode(Place) & ~OwnerOnly) == UnixFileMode.None
                ? File.ReadAllText(Place)
                : throw new IOException($"the authority's file `{Place}` can be read by others; `chmod 600` it");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Replace(string text) => DurableFile.Replace(Place, Encoding.ASCII.GetBytes(text), OwnerOnly);
}
