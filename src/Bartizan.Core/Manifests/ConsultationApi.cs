namespace Bartizan.Core.Manifests;

/// <summary>How an external decision point is asked.</summary>
public enum ConsultationApi
{
    /// <summary>Not known: what it is asked is denied.</summary>
    Unknown = 0,

    /// <summary>The OpenID Authorization API 1.0: an evaluation endpoint.</summary>
    AuthZen,

    /// <summary>The Open Policy Agent's data API: <c>POST /v1/data/…</c> with an <c>input</c>.</summary>
    Opa,
}
