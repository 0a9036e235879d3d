namespace Bartizan.Client.Providers;

/// <summary>What a person does to sign in, or what came of it.</summary>
public sealed record SignInReply
{
    /// <summary>Which one it is, to wait for it.</summary>
    public string Ticket { get; init; } = "";

    /// <summary>The code that the person writes there; empty when it is done.</summary>
    public string UserCode { get; init; } = "";

    /// <summary>Where.</summary>
    public string Address { get; init; } = "";

    /// <summary>The same with the code in it; null where there is none.</summary>
    public string? Complete { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>What came of it, when it is done.</summary>
    public string Says { get; init; } = "";
}
