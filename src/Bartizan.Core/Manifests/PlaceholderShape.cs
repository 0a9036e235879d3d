namespace Bartizan.Core.Manifests;

/// <summary>What the placeholder of a credential looks like, for clients that look at one before they send it.</summary>
public enum PlaceholderShape
{
    /// <summary>Forty letters and digits.</summary>
    Plain = 0,

    /// <summary>A token of GitHub: <c>ghp_</c> and 36 letters and digits.</summary>
    GitHub,

    /// <summary>A key of OpenAI: <c>sk-</c> and 48 letters and digits.</summary>
    OpenAI,

    /// <summary>A key of Anthropic: <c>sk-ant-api03-</c> and 95 characters.</summary>
    Anthropic,

    /// <summary>A secret access key of AWS: 40 characters.</summary>
    Aws,

    /// <summary>A JSON Web Token: three parts, of which the first two are JSON.</summary>
    Jwt,
}
