using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;

namespace Bartizan.Cli.Commands;

/// <summary>Reads a manifest before it is handed to the instance, and the <c>env:</c> credentials it names.</summary>
internal static class Credentials
{
    /// <summary>
    /// The values of the manifest's <c>env:</c> credentials that this person has; read here, kept by the instance for one session.
    /// </summary>
    public static Dictionary<string, string> Of(Manifest manifest)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var credential in manifest.Credentials.Values.Where(c => c.Origin == CredentialOrigin.Variable))
        {
            if (Environment.GetEnvironmentVariable(credential.Locator) is { Length: > 0 } value)
            {
                values[credential.Locator] = value;
            }
            else
            {
                Screen.Note($"note: `{credential.Locator}` is not set; calls that need it will fail");
            }
        }

        return values;
    }
}
