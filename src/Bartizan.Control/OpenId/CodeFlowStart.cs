namespace Bartizan.Control.OpenId;

/// <summary>Where a sign-in at a provider begins.</summary>
public sealed record CodeFlowStart
{
    /// <summary>Where the browser goes; null when nothing was begun.</summary>
    public Uri? Address { get; private init; }

    /// <summary>What its cookie holds.</summary>
    public string Mark { get; private init; } = "";

    /// <summary>Why nothing was begun.</summary>
    public string Why { get; private init; } = "";

    internal static CodeFlowStart At(Uri address, string mark) => new() { Address = address, Mark = mark };

    internal static CodeFlowStart Refused(string why) => new() { Why = why };

    /// <inheritdoc/>
    public override string ToString() => Address is null ? Why : "begun";
}
