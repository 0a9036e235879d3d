namespace Bartizan.Client.Serving;

/// <summary>Opens the gateway in front of an agent that answers callers, or closes it.</summary>
public sealed record ServeRequest
{
    /// <summary>The manifest's absolute path.</summary>
    public required string Manifest { get; init; }

    /// <summary>The person's <c>PATH</c>, to find what is started; empty for the instance's own.</summary>
    public string SearchPath { get; init; } = "";

    /// <summary>The values of the manifest's <c>env:</c> credentials, by variable; kept for as long as it is open.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>True for a gateway that stays when its command is gone.</summary>
    public bool Detach { get; init; }

    /// <summary>The record prints only its shape.</summary>
    public override string ToString() => $"serve of {Manifest}";
}
