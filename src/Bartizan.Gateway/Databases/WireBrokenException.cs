namespace Bartizan.Gateway.Databases;

/// <summary>A side speaks what the protocol doesn't know, or more than is taken; the connection ends.</summary>
internal sealed class WireBrokenException(string message, string code = WireBrokenException.Protocol)
    : Exception(message)
{
    /// <summary>A violation of the protocol.</summary>
    public const string Protocol = "08P01";

    /// <summary>Something that isn't taken here.</summary>
    public const string Unsupported = "0A000";

    /// <summary>The SQLSTATE that the agent is told.</summary>
    public string Code => code;
}
