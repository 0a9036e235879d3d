using Bartizan.Cli.Terminal;
using Bartizan.Client.Exports;
using Bartizan.Core.Exports;
using Bartizan.Core.Manifests;

namespace Bartizan.Cli.Commands;

/// <summary>Reads <c>exports.yaml</c> before the instance does, and the <c>env:</c> tokens it names.</summary>
/// <param name="IsValid">False when the file has mistakes; they were printed.</param>
/// <param name="Request">What the instance is sent.</param>
internal sealed record Exports(bool IsValid, ExportRequest Request)
{
    /// <summary>Reads the file of a state directory; none is a valid one.</summary>
    public static Exports Read(string home)
    {
        var path = Path.Combine(home, ExportFile.Name);
        if (!File.Exists(path))
        {
            return new Exports(true, new ExportRequest());
        }

        var load = ExportFile.Load(File.ReadAllText(path), path);
        foreach (var error in load.Errors)
        {
            Screen.Error(ExitCode.Manifest, $"{error.Position}: {error.Message}", error.Hint);
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in load.Sinks.Select(s => s.Token).OfType<CredentialSource>())
        {
            if (token.Origin != CredentialOrigin.Variable)
            {
                continue;
            }

            if (Environment.GetEnvironmentVariable(token.Locator) is { Length: > 0 } value)
            {
                values[token.Locator] = value;
            }
            else
            {
                Screen.Note($"note: `{token.Locator}` is not set; what needs it keeps the value it had");
            }
        }

        return new Exports(load.Errors.IsEmpty, new ExportRequest { Variables = values });
    }
}
