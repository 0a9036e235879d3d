namespace Bartizan.Gateway.Inbound;

/// <summary>How a caller is known. Two callers of one name that are known in different ways are two.</summary>
public enum CallerKind
{
    /// <summary>It isn't: whoever shows nothing.</summary>
    Anonymous = 0,

    /// <summary>By the key of a program.</summary>
    Key,

    /// <summary>By a certificate.</summary>
    Certificate,

    /// <summary>By a token of a provider that signs people in.</summary>
    Token,
}
