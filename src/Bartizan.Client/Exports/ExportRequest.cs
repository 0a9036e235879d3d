namespace Bartizan.Client.Exports;

/// <summary>Asks the instance to read <c>exports.yaml</c> again.</summary>
public sealed record ExportRequest
{
    /// <summary>The values of the <c>env:</c> tokens that the file names, as the person has them.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
