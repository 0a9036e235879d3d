using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Ports;

/// <summary>The book of end users: who is behind the pseudonym that entries have.</summary>
public interface IEndUsers
{
    /// <summary>
    /// How often somebody was forgotten: what is kept of users beside the book holds while it stays the same. It has changed when
    /// forgetting is over.
    /// </summary>
    long Forgotten => 0;

    /// <summary>
    /// The user of an issuer and a subject, with the pseudonym that they have, or have from now on. It is durable before this returns.
    /// </summary>
    /// <exception cref="IOException">The book is full, or can't be read or written: nobody is let in then.</exception>
    ValueTask<EndUser> KnowAsync(
        string issuer,
        string subject,
        AttributeSet attributes,
        CancellationToken cancellationToken
    );
}
