using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// The checked-in list of what is known to be open. It can't be given on the command line: accepting another hole is a
/// change of the program that somebody reviews.
/// </summary>
public static class Residuals
{
    private const string Resource = "Bartizan.Sandbox.SelfTest.residuals.json";

    /// <summary>The list.</summary>
    public static ImmutableArray<Residual> Load()
    {
        using var stream =
            typeof(Residuals).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("the list of residuals is missing from the program");
        return JsonSerializer.Deserialize(stream, SelfTestJson.Default.ImmutableArrayResidual);
    }
}
