/** An auction whose bids are taken at every site. */
@NullMarked
package com.example.auction;

import org.jspecify.annotations.NullMarked;
