namespace Bartizan.Core.Manifests;

/// <summary>The part of a request that a credential goes into.</summary>
public enum CredentialSurface
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary><c>Authorization: Bearer VALUE</c>.</summary>
    Bearer,

    /// <summary>A header field of its own.</summary>
    Header,

    /// <summary><c>Authorization: Basic</c>, the value as the password.</summary>
    Basic,

    /// <summary>A parameter of the query.</summary>
    Query,

    /// <summary>A string in a body of JSON.</summary>
    Json,

    /// <summary>A field of a form in the body.</summary>
    Form,

    /// <summary>It signs the request, as AWS asks for (Signature Version 4), and isn't sent itself.</summary>
    SigV4,
}
